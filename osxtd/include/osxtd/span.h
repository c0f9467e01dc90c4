/* SPDX-License-Identifier: MPL-2.0 */
/*
 * span - memory with its length: bytes (span, cspan), text (str), typed slices (SPAN_TYPE).
 *
 * A span borrows; it never owns.  Misuse (an index or range past the end) traps; ranges that come
 * from outside use the *_try_* forms.  NUL-terminated strings exist only at the ABI.
 *
 *   Context:  any; freestanding, also builds on the host.
 */
#pragma once
#include <osxtd/base.h>

OSXTD_API void *memcpy(void *restrict dst, const void *restrict src, usize n);
OSXTD_API void *memmove(void *dst, const void *src, usize n);
OSXTD_API void *memset(void *dst, int c, usize n);
OSXTD_API int memcmp(const void *a, const void *b, usize n);

struct span {
	u8 *_ptr;
	usize _len;
};
struct cspan {
	const u8 *_ptr;
	usize _len;
};
struct str {
	const char *_ptr;
	usize _len;
};

/*
 * Byte view of an object of plain integers (R-pod).
 * UNSAFE: 1. the bytes are those of obj, all of them; 2. R-pod lets obj be nothing but integers, of
 * which any bytes are a value.
 */
#define span_of(obj)                                                                               \
	({                                                                                         \
		typeof(obj) *pod_ AUDIT_NOTE("pod") = &(obj);                                      \
		(struct span){ (u8 *)pod_, sizeof(obj) };                                          \
	})
/* UNSAFE: 1. as span_of, and nobody writes through it. */
#define cspan_of(obj)                                                                              \
	({                                                                                         \
		const typeof(obj) *pod_ AUDIT_NOTE("pod") = &(obj);                                \
		(struct cspan){ (const u8 *)pod_, sizeof(obj) };                                   \
	})
/* Text view of a string literal. */
#define STR(literal) ((struct str){ "" literal, sizeof(literal) - 1 })

ALWAYS_INLINE usize span_len(struct span s)
{
	return s._len;
}
ALWAYS_INLINE usize cspan_len(struct cspan s)
{
	return s._len;
}
ALWAYS_INLINE struct cspan span_const(struct span s)
{
	return (struct cspan){ s._ptr, s._len };
}
ALWAYS_INLINE struct span span_sub(struct span s, usize off, usize len)
{
	ASSERT(off <= s._len && len <= s._len - off);
	UNSAFE("1. off + len is within the span, checked on the line above")
	return (struct span){ s._ptr + off, len };
}
ALWAYS_INLINE struct cspan cspan_sub(struct cspan s, usize off, usize len)
{
	ASSERT(off <= s._len && len <= s._len - off);
	UNSAFE("1. off + len is within the constant span, checked on the line above")
	return (struct cspan){ s._ptr + off, len };
}
/* The rest of s from off on. */
ALWAYS_INLINE struct span span_from(struct span s, usize off)
{
	ASSERT(off <= s._len);
	return span_sub(s, off, s._len - off);
}
ALWAYS_INLINE struct cspan cspan_from(struct cspan s, usize off)
{
	ASSERT(off <= s._len);
	return cspan_sub(s, off, s._len - off);
}
/* Like cspan_sub for ranges that outside data names: false instead of a trap. */
[[nodiscard]] ALWAYS_INLINE bool cspan_try_sub(struct cspan s, u64 off, u64 len, struct cspan *out)
{
	if (off > s._len || len > s._len - off)
		return false;
	*out = cspan_sub(s, (usize)off, (usize)len);
	return true;
}
ALWAYS_INLINE u8 cspan_get(struct cspan s, usize i)
{
	ASSERT(i < s._len);
	UNSAFE("1. i is below the length of the constant span, checked on the line above")
	return s._ptr[i];
}
ALWAYS_INLINE u8 span_get(struct span s, usize i)
{
	return cspan_get(span_const(s), i);
}
ALWAYS_INLINE void span_set(struct span s, usize i, u8 v)
{
	ASSERT(i < s._len);
	UNSAFE("1. i is below the length of the span that is written, checked on the line above")
	{
		s._ptr[i] = v;
	}
}
/* Copies all of src to the start of dst; the two may overlap.  Traps when dst is shorter. */
ALWAYS_INLINE void span_copy(struct span dst, struct cspan src)
{
	ASSERT(src._len <= dst._len);
	memmove(dst._ptr, src._ptr, src._len);
}
ALWAYS_INLINE void span_fill(struct span dst, u8 v)
{
	memset(dst._ptr, v, dst._len);
}
ALWAYS_INLINE bool cspan_equal(struct cspan a, struct cspan b)
{
	return a._len == b._len && memcmp(a._ptr, b._ptr, a._len) == 0;
}
/* Fills a plain-integer object from the front of s; false when s is too short. */
#define cspan_read(s, off, objp)                                                                   \
	({                                                                                         \
		struct cspan rd_ = {};                                                             \
		bool rd_ok_ = cspan_try_sub((s), (u64)(off), sizeof(*(objp)), &rd_);               \
		if (rd_ok_)                                                                        \
			memcpy((objp), rd_._ptr, sizeof(*(objp)));                                 \
		rd_ok_;                                                                            \
	})

/* ---- text ---- */
ALWAYS_INLINE usize str_len(struct str s)
{
	return s._len;
}
ALWAYS_INLINE bool str_equal(struct str a, struct str b)
{
	return a._len == b._len && memcmp(a._ptr, b._ptr, a._len) == 0;
}
ALWAYS_INLINE bool str_starts_with(struct str s, struct str prefix)
{
	return s._len >= prefix._len && memcmp(s._ptr, prefix._ptr, prefix._len) == 0;
}
ALWAYS_INLINE struct cspan str_bytes(struct str s)
{
	UNSAFE("1. text and bytes have one size and alignment; any char is a u8")
	return (struct cspan){ (const u8 *)s._ptr, s._len };
}
ALWAYS_INLINE struct str str_of(struct cspan s)
{
	UNSAFE("1. bytes and text have one size and alignment; any u8 is a char")
	return (struct str){ (const char *)s._ptr, s._len };
}
ALWAYS_INLINE char str_get(struct str s, usize i)
{
	return (char)cspan_get(str_bytes(s), i);
}
ALWAYS_INLINE struct str str_sub(struct str s, usize off, usize len)
{
	return str_of(cspan_sub(str_bytes(s), off, len));
}
ALWAYS_INLINE struct str str_from(struct str s, usize off)
{
	return str_of(cspan_from(str_bytes(s), off));
}
/* The text before the first NUL of s, or all of s. */
OSXTD_API struct str str_until_nul(struct cspan s);
/* Index of the first c at or after from, or str_len(s). */
OSXTD_API usize str_find(struct str s, char c, usize from);
/* The text of a C string of the framework or of a constant table. */
OSXTD_API struct str str_of_cstr(const char *s);
/* Whole-string numbers; base 0 takes 0x and 0 prefixes as strtoul(3).  False when malformed or too
 * large. */
[[nodiscard]] OSXTD_API bool str_to_u64(struct str s, u32 base, u64 *out);
/* A 64-bit hash for tables of names (not cryptographic). */
OSXTD_API u64 str_hash(struct str s);

/* ---- typed slices ---- */
#define SPAN_TYPE(name, T)                                                                         \
	struct name {                                                                              \
		T *_ptr;                                                                           \
		usize _len;                                                                        \
	};                                                                                         \
	ALWAYS_INLINE usize name##_len(struct name s)                                              \
	{                                                                                          \
		return s._len;                                                                     \
	}                                                                                          \
	ALWAYS_INLINE T *name##_at(struct name s, usize i)                                         \
	{                                                                                          \
		ASSERT(i < s._len);                                                                \
		UNSAFE("1. i is below the length of the typed slice")                              \
		return &s._ptr[i];                                                                 \
	}                                                                                          \
	static_assert(true)
/* The slice of a real array.  UNSAFE: 1. array_len refuses what is no array and gives its length.
 */
#define SPAN_OF_ARRAY(name, a) ((struct name){ (a), array_len(a) })
/*
 * s[at … at+len) = the bytes distance before, byte by byte from the front, so that a distance under
 * len repeats them (LZ77).  Traps unless 0 < distance <= at and the range fits.
 */
OSXTD_API void span_copy_back(struct span s, usize at, usize distance, usize len);
