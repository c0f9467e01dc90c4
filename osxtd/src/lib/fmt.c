/* SPDX-License-Identifier: MPL-2.0 */
/* fmt - text formatting with typed arguments.  Pure: also builds on the host. */
#include <osxtd/fmt.h>

void text_put_char(struct text *t, char c)
{
	if (t->_len < span_len(t->_buf))
		span_set(t->_buf, t->_len, (u8)c);
	t->_len++;
}

void text_put(struct text *t, struct str s)
{
	usize room = t->_len < span_len(t->_buf) ? span_len(t->_buf) - t->_len : 0;
	usize n = min_of(room, str_len(s));
	if (n != 0)
		span_copy(span_from(t->_buf, t->_len), str_bytes(str_sub(s, 0, n)));
	t->_len += str_len(s);
}

struct field {
	usize width;
	bool zero_pad, left, upper;
	u32 base;
	bool is_char;
};

/* Reads one field up to its closing brace; returns the index behind it. */
static usize parse_field(struct str f, usize i, struct field *out)
{
	*out = (struct field){ .base = 10 };
	for (; i < str_len(f) && str_get(f, i) != '}'; i++) {
		char c = str_get(f, i);
		if (c == '<')
			out->left = true;
		else if (c == 'x')
			out->base = 16;
		else if (c == 'X') {
			out->base = 16;
			out->upper = true;
		} else if (c == 'o')
			out->base = 8;
		else if (c == 'c')
			out->is_char = true;
		else if (c == '0' && out->width == 0)
			out->zero_pad = true;
		else if (c >= '0' && c <= '9' && out->width < 1000)
			out->width = out->width * 10 + (usize)(c - '0');
	}
	return i + 1;
}

static void put_padded(struct text *t, struct str body, const struct field *f)
{
	usize pad = f->width > str_len(body) ? f->width - str_len(body) : 0;
	for (usize i = 0; !f->left && i < pad; i++)
		text_put_char(t, ' ');
	text_put(t, body);
	for (usize i = 0; f->left && i < pad; i++)
		text_put_char(t, ' ');
}

static void put_number(struct text *t, u64 v, bool negative, const struct field *f)
{
	u8 digits[72] = {};
	usize at = sizeof(digits);
	usize zeros = f->zero_pad ? min_of(f->width, sizeof(digits) - 8) : 1;
	usize count = 0;
	while (v != 0 || count < zeros) {
		u32 d = (u32)(v % f->base);
		v /= f->base;
		at--;
		array_at(digits, at) = (u8)(d < 10 ? '0' + d : (f->upper ? 'A' : 'a') + d - 10);
		count++;
	}
	if (negative) {
		at--;
		array_at(digits, at) = '-';
	}
	put_padded(t, str_of(cspan_from(cspan_of(digits), at)), f);
}

static void put_arg(struct text *t, const struct fmt_arg *a, const struct field *f)
{
	switch (a->_kind) {
	case FMT_STR:
		put_padded(t, a->_s, f);
		return;
	case FMT_BOOL:
		put_padded(t, a->_n != 0 ? STR("true") : STR("false"), f);
		return;
	case FMT_I64: {
		bool negative = (i64)a->_n < 0 && f->base == 10;
		u64 v = negative ? ~a->_n + 1 : a->_n;
		put_number(t, v, negative, f);
		return;
	}
	case FMT_U64:
		if (f->is_char)
			text_put_char(t, (char)(u8)a->_n);
		else
			put_number(t, a->_n, false, f);
		return;
	}
}

static const struct fmt_arg *arg_at(const struct fmt_arg *args, usize i)
{
	UNSAFE("1. the FMT macros pass an array and its length, with which i was compared")
	return &args[i];
}

void fmt_append(struct text *t, const char *format, const struct fmt_arg *args, usize count)
{
	struct str f = str_of_cstr(format);
	usize next = 0;
	for (usize i = 0; i < str_len(f);) {
		char c = str_get(f, i);
		bool doubled = i + 1 < str_len(f) && str_get(f, i + 1) == c;
		if ((c == '{' || c == '}') && doubled) {
			text_put_char(t, c);
			i += 2;
		} else if (c == '{') {
			struct field field = {};
			i = parse_field(f, i + 1, &field);
			if (next < count)
				put_arg(t, arg_at(args, next++), &field);
			else
				text_put(t, STR("{missing}"));
		} else {
			text_put_char(t, c);
			i++;
		}
	}
}
