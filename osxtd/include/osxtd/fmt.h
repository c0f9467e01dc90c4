/* SPDX-License-Identifier: MPL-2.0 */
/*
 * fmt - typed text formatting: FMT(&text, "fd {} of {}", fd, pid).
 *
 * Fields: {} decimal or text; {x} hex; {X} upper-case hex; {o} octal; {c} character; a number
 * before the letter is the minimum width, 0 before it pads with zeros, < pads on the right: {08x}
 * {5} {<20}.  {{ is a brace. Arguments: integers, bool, struct str, const char *, struct uaddr.
 * Kernel pointers are no arguments.
 *
 *   Context:  any; never allocates; output past the end of a text is counted and dropped.
 */
#pragma once
#include <osxtd/base.h>
#include <osxtd/span.h>

struct fmt_arg {
	enum fmt_kind : u8 { FMT_U64, FMT_I64, FMT_STR, FMT_BOOL } _kind;
	u64 _n; /* all but FMT_STR; an i64 modulo 2^64 */
	struct str _s;
};

/* Text under construction in borrowed memory. */
struct text {
	struct span _buf;
	usize _len; /* bytes that the whole output needs; may exceed the buffer */
};
ALWAYS_INLINE struct text text_in(struct span buf)
{
	return (struct text){ buf, 0 };
}
/* What was written and fits. */
ALWAYS_INLINE struct str text_str(const struct text *t)
{
	return str_of(span_const(span_sub(t->_buf, 0, min_of(t->_len, t->_buf._len))));
}
ALWAYS_INLINE bool text_overflowed(const struct text *t)
{
	return t->_len > t->_buf._len;
}
/* Bytes that everything appended so far needs. */
ALWAYS_INLINE usize text_needed(const struct text *t)
{
	return t->_len;
}
OSXTD_API void text_put(struct text *t, struct str s);
OSXTD_API void text_put_char(struct text *t, char c);
OSXTD_API void fmt_append(struct text *t, const char *format, const struct fmt_arg *args,
			  usize count);

ALWAYS_INLINE struct fmt_arg fmt_u64_(u64 v)
{
	return (struct fmt_arg){ FMT_U64, v, {} };
}
ALWAYS_INLINE struct fmt_arg fmt_i64_(i64 v)
{
	return (struct fmt_arg){ FMT_I64, (u64)v, {} };
}
ALWAYS_INLINE struct fmt_arg fmt_bool_(bool v)
{
	return (struct fmt_arg){ FMT_BOOL, v, {} };
}
ALWAYS_INLINE struct fmt_arg fmt_str_(struct str v)
{
	return (struct fmt_arg){ FMT_STR, 0, v };
}
ALWAYS_INLINE struct fmt_arg fmt_cstr_(const char *v)
{
	return fmt_str_(v != nullptr ? str_of_cstr(v) : STR("(null)"));
}

#define FMT_ARG_(v)                                                                                \
	_Generic((v),                                                                              \
		bool: fmt_bool_,                                                                   \
		char: fmt_u64_,                                                                    \
		u8: fmt_u64_,                                                                      \
		u16: fmt_u64_,                                                                     \
		u32: fmt_u64_,                                                                     \
		u64: fmt_u64_,                                                                     \
		unsigned long long: fmt_u64_,                                                      \
		i8: fmt_i64_,                                                                      \
		i16: fmt_i64_,                                                                     \
		i32: fmt_i64_,                                                                     \
		i64: fmt_i64_,                                                                     \
		long long: fmt_i64_,                                                               \
		struct str: fmt_str_,                                                              \
		const char *: fmt_cstr_,                                                           \
		char *: fmt_cstr_)(v)
#define FMT_A1_(a)	 FMT_ARG_(a)
#define FMT_A2_(a, ...)	 FMT_ARG_(a), FMT_A1_(__VA_ARGS__)
#define FMT_A3_(a, ...)	 FMT_ARG_(a), FMT_A2_(__VA_ARGS__)
#define FMT_A4_(a, ...)	 FMT_ARG_(a), FMT_A3_(__VA_ARGS__)
#define FMT_A5_(a, ...)	 FMT_ARG_(a), FMT_A4_(__VA_ARGS__)
#define FMT_A6_(a, ...)	 FMT_ARG_(a), FMT_A5_(__VA_ARGS__)
#define FMT_A7_(a, ...)	 FMT_ARG_(a), FMT_A6_(__VA_ARGS__)
#define FMT_A8_(a, ...)	 FMT_ARG_(a), FMT_A7_(__VA_ARGS__)
#define FMT_A9_(a, ...)	 FMT_ARG_(a), FMT_A8_(__VA_ARGS__)
#define FMT_A10_(a, ...) FMT_ARG_(a), FMT_A9_(__VA_ARGS__)
#define FMT_PICK_(_1, _2, _3, _4, _5, _6, _7, _8, _9, _10, NAME, ...) NAME
#define FMT_LIST_(...)                                                                             \
	FMT_PICK_(__VA_ARGS__, FMT_A10_, FMT_A9_, FMT_A8_, FMT_A7_, FMT_A6_, FMT_A5_, FMT_A4_,     \
		  FMT_A3_, FMT_A2_, FMT_A1_)(__VA_ARGS__)
#define FMT_ARGS_(...)                                                                             \
	((const struct fmt_arg[]){ __VA_OPT__(FMT_LIST_(__VA_ARGS__), ) fmt_u64_(0) }),            \
		sizeof((const struct fmt_arg[]){ __VA_OPT__(FMT_LIST_(__VA_ARGS__), ) fmt_u64_(    \
			0) }) / sizeof(struct fmt_arg) -                                           \
			1

/* Appends to struct text *t; at most 10 arguments. */
#define FMT(t, format, ...) fmt_append((t), "" format, FMT_ARGS_(__VA_ARGS__))
