// SPDX-License-Identifier: MPL-2.0
/*
 * ubsan - undefined behaviour told by kind, place and values, before the task ends (debug builds).
 *
 *   Spec:  compiler-rt's ubsan_handlers.h for the arguments (the interface of clang 22).
 */
#include "debug/kasan.h"
#include "debug/report.h"

struct place {
	const char *file;
	u32 line, column;
};
/* kind 0 is an integer: info is log2 of its bits, times two, plus one when it is signed. */
struct type {
	u16 kind, info;
	char name[];
};

static bool is_signed(const struct type *t)
{
	return t->kind == 0 && (t->info & 1) != 0;
}

static u32 bits_of(const struct type *t)
{
	return 1u << (t->info >> 1 & 31);
}

/* A value as it is passed: itself up to 64 bits; the address of a wider one. */
static void put_value(struct text *t, const struct type *type, u64 v)
{
	u32 bits = bits_of(type);
	if (type->kind != 0 || bits > 64)
		FMT(t, "(value)");
	else if (is_signed(type))
		FMT(t, "{}", (i64)(v << (64 - bits)) >> (64 - bits));
	else
		FMT(t, "{}", v);
}

static bool begin(const struct place *at, struct str kind)
{
	if (report_is_muted(kind))
		return false;
	BUG_LINE("BUG: UBSAN: {} in {}:{}:{}", kind, report_path(at->file), at->line, at->column);
	return true;
}

/* ---- arithmetic ---- */

struct overflow_data {
	struct place at;
	const struct type *type;
};

static void overflow(const struct overflow_data *d, u64 a, struct str op, u64 b)
{
	if (!begin(&d->at, is_signed(d->type) ? STR("signed-integer-overflow")
					      : STR("unsigned-integer-overflow")))
		return;
	u8 buf[120] = {};
	struct text t = text_in(span_of(buf));
	put_value(&t, d->type, a);
	FMT(&t, " {} ", op);
	put_value(&t, d->type, b);
	FMT(&t, " cannot be represented in type {}", (const char *)d->type->name);
	report_line(text_str(&t));
	report_end();
}

#define OVERFLOW(name, op)                                                                         \
	OSXTD_API void __ubsan_handle_##name(const struct overflow_data *d, u64 a, u64 b);         \
	void __ubsan_handle_##name(const struct overflow_data *d, u64 a, u64 b)                    \
	{                                                                                          \
		overflow(d, a, STR(op), b);                                                        \
	}
OVERFLOW(add_overflow, "+")
OVERFLOW(sub_overflow, "-")
OVERFLOW(mul_overflow, "*")
#undef OVERFLOW

OSXTD_API void __ubsan_handle_negate_overflow(const struct overflow_data *d, u64 a);
void __ubsan_handle_negate_overflow(const struct overflow_data *d, u64 a)
{
	overflow(d, 0, STR("-"), a);
}

OSXTD_API void __ubsan_handle_divrem_overflow(const struct overflow_data *d, u64 a, u64 b);
void __ubsan_handle_divrem_overflow(const struct overflow_data *d, u64 a, u64 b)
{
	if (b != 0) {
		overflow(d, a, STR("/"), b);
		return;
	}
	if (!begin(&d->at, STR("division-by-zero")))
		return;
	report_end();
}

struct shift_data {
	struct place at;
	const struct type *left, *right;
};
OSXTD_API void __ubsan_handle_shift_out_of_bounds(const struct shift_data *d, u64 a, u64 b);
void __ubsan_handle_shift_out_of_bounds(const struct shift_data *d, u64 a, u64 b)
{
	if (!begin(&d->at, STR("shift-out-of-bounds")))
		return;
	u8 buf[120] = {};
	struct text t = text_in(span_of(buf));
	put_value(&t, d->left, a);
	FMT(&t, " shifted by ");
	put_value(&t, d->right, b);
	FMT(&t, " in type {}", (const char *)d->left->name);
	report_line(text_str(&t));
	report_end();
}

/* ---- memory ---- */

struct bounds_data {
	struct place at;
	const struct type *array, *index;
};
OSXTD_API void __ubsan_handle_out_of_bounds(const struct bounds_data *d, u64 index);
void __ubsan_handle_out_of_bounds(const struct bounds_data *d, u64 index)
{
	if (!begin(&d->at, STR("array-index-out-of-bounds")))
		return;
	u8 buf[120] = {};
	struct text t = text_in(span_of(buf));
	FMT(&t, "index ");
	put_value(&t, d->index, index);
	FMT(&t, " is out of range for type {}", (const char *)d->array->name);
	report_line(text_str(&t));
	report_end();
}

struct mismatch_data {
	struct place at;
	const struct type *type;
	u8 log_alignment, kind;
};
OSXTD_API void __ubsan_handle_type_mismatch_v1(const struct mismatch_data *d, u64 pointer);
void __ubsan_handle_type_mismatch_v1(const struct mismatch_data *d, u64 pointer)
{
	if (!begin(&d->at, pointer == 0 ? STR("null-pointer") : STR("misaligned-pointer")))
		return;
	BUG_LINE("pointer {016x} to type {}", pointer, (const char *)d->type->name);
	report_end();
}

/* ---- values and control flow ---- */

struct value_data {
	struct place at;
	const struct type *type;
};
OSXTD_API void __ubsan_handle_load_invalid_value(const struct value_data *d, u64 v);
void __ubsan_handle_load_invalid_value(const struct value_data *d, u64 v)
{
	if (!begin(&d->at, STR("invalid-load")))
		return;
	BUG_LINE("value {} is not one of type {}", v, (const char *)d->type->name);
	report_end();
}

struct unreachable_data {
	struct place at;
};
[[noreturn]] OSXTD_API void __ubsan_handle_builtin_unreachable(const struct unreachable_data *d);
void __ubsan_handle_builtin_unreachable(const struct unreachable_data *d)
{
	(void)begin(&d->at, STR("unreachable"));
	report_end();
}
[[noreturn]] OSXTD_API void __ubsan_handle_missing_return(const struct unreachable_data *d);
void __ubsan_handle_missing_return(const struct unreachable_data *d)
{
	(void)begin(&d->at, STR("missing-return"));
	report_end();
}
