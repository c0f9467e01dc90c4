// SPDX-License-Identifier: MPL-2.0
/*
 * text - programs as one line without spaces, and back.
 *
 *   program:  u|r, number of threads, then ;call for each          u1;open:&20001000'a',42,1ff
 *   call:     [@thread]name:argument,argument...
 *   argument: hexadecimal constant | r and the number of the call whose result it is |
 *             &address [*times] =words separated by dots (a zero may be left out) or 'text'
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kinds.h"
#include "sysfuzz.h"

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       strchr("/._-=#", c) != NULL;
}

static size_t text_len(const struct arg *a)
{
	return strnlen((const char *)a->word, a->words * 8u);
}

/* A string that the text form can hold: plain bytes, NUL, zeroes to the end. */
static bool is_printable(const struct arg *a)
{
	const char *s = (const char *)a->word;
	size_t n = text_len(a);

	if (!a->is_text || a->words == 0 || n == a->words * 8u || n / 8 + 1 != a->words)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_plain(s[i]))
			return false;
	for (size_t i = n; i < a->words * 8u; i++)
		if (s[i] != 0)
			return false;
	return true;
}

static char *print_arg(char *to, const struct arg *a)
{
	if (a->kind == A_CONST)
		return to + sprintf(to, "%lx", a->value);
	if (a->kind == A_RESULT)
		return to + sprintf(to, "r%lu", a->value);
	to += sprintf(to, "&%lx", a->value);
	if (a->repeat > 1)
		to += sprintf(to, "*%x", a->repeat);
	if (is_printable(a))
		return to + sprintf(to, "'%s'", (const char *)a->word);
	for (unsigned i = 0; i < a->words; i++) {
		*to++ = i == 0 ? '=' : '.';
		if (a->word[i] != 0)
			to += sprintf(to, "%lx", a->word[i]);
	}
	*to = 0;
	return to;
}

static char *print_call(char *to, const struct call *c)
{
	const struct call_type *type = &call_types[c->type];

	*to++ = ';';
	if (c->thread != 0)
		to += sprintf(to, "@%u", c->thread);
	to += sprintf(to, "%s", type->name);
	for (unsigned i = 0; i < ARGS && type->kind[i] != K_NONE; i++) {
		*to++ = i == 0 ? ':' : ',';
		to = print_arg(to, &c->arg[i]);
	}
	return to;
}

size_t program_print(struct program *p, char out[TEXT_MAX])
{
	static char call[ARGS * (WORDS_MAX + 3) * 17 + 64];
	size_t n = (size_t)sprintf(out, "%c%u", p->is_root ? 'r' : 'u', p->threads);

	for (unsigned i = 0; i < p->count; i++) {
		size_t len = (size_t)(print_call(call, &p->call[i]) - call);

		if (n + len >= TEXT_MAX) {
			p->count = (uint8_t)i;
			break;
		}
		memcpy(out + n, call, len);
		n += len;
	}
	out[n] = 0;
	return n;
}

/* ---- and back ---- */

static bool parse_hex(const char **s, uint64_t *out)
{
	char *end = NULL;

	*out = strtoull(*s, &end, 16);
	if (end == *s)
		return false;
	*s = end;
	return true;
}

static bool parse_words(const char **s, struct arg *a)
{
	do {
		(*s)++;
		if (a->words == WORDS_MAX)
			return false;
		a->word[a->words] = 0;
		if (strchr(".,;", **s) == NULL)
			if (!parse_hex(s, &a->word[a->words]))
				return false;
		a->words++;
	} while (**s == '.');
	return true;
}

static bool parse_string(const char **s, struct arg *a)
{
	const char *end = strchr(++*s, '\'');
	size_t n = end == NULL ? 0 : (size_t)(end - *s);

	if (end == NULL || n >= sizeof a->word)
		return false;
	memcpy(a->word, *s, n);
	a->words = (uint8_t)(n / 8 + 1);
	a->is_text = true;
	*s = end + 1;
	return true;
}

static bool parse_arg(const char **s, unsigned call, struct arg *a)
{
	uint64_t repeat = 1;

	*a = (struct arg){ .repeat = 1 };
	if (**s == 'r') {
		a->kind = A_RESULT;
		a->value = strtoul(*s + 1, (char **)s, 10);
		return a->value < call;
	}
	if (**s != '&')
		return parse_hex(s, &a->value);
	++*s;
	a->kind = A_MEMORY;
	if (!parse_hex(s, &a->value))
		return false;
	if (**s == '*') {
		++*s;
		if (!parse_hex(s, &repeat) || repeat == 0 || repeat > REPEAT_MAX)
			return false;
		a->repeat = (uint16_t)repeat;
	}
	if (**s == '\'')
		return parse_string(s, a);
	return **s != '=' || parse_words(s, a);
}

static bool parse_call(const char **s, unsigned number, struct call *c)
{
	*c = (struct call){};
	if (**s == '@') {
		c->thread = (uint8_t)((*s)[1] - '0');
		*s += 2;
	}
	size_t len = strcspn(*s, ":;\n");
	int type = call_find(*s, len);

	if (type < 0 || c->thread >= THREADS_MAX)
		return false;
	c->type = (uint16_t)type;
	*s += len;
	for (unsigned i = 0; i < ARGS && (**s == ':' || **s == ','); i++) {
		++*s;
		if (!parse_arg(s, number, &c->arg[i]))
			return false;
	}
	return true;
}

bool program_parse(const char *text, struct program *p, const char **where)
{
	const char *s = text;

	*p = (struct program){};
	*where = s;
	if ((*s != 'u' && *s != 'r') || s[1] < '1' || s[1] > '0' + THREADS_MAX)
		return false;
	p->is_root = *s == 'r';
	p->threads = (uint8_t)(s[1] - '0');
	s += 2;
	while (*s == ';' && p->count < CALLS_MAX) {
		s++;
		if (!parse_call(&s, p->count, &p->call[p->count])) {
			*where = s;
			return false;
		}
		p->count++;
	}
	*where = s;
	return *s == 0 || *s == '\n' || *s == ' ';
}
