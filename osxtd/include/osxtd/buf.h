/* SPDX-License-Identifier: MPL-2.0 */
/*
 * buf - owned memory of a size known at run time: bytes (buf) and typed vectors (VEC_TYPE).
 *
 *   Lifetime:  owned by one holder; buf_drop frees; SCOPED_BUF does so at the end of its scope.
 *   Context:   any; does not sleep.  ERR_NOMEM when memory is short or the size is absurd.
 */
#pragma once
#include <osxtd/base.h>
#include <osxtd/span.h>

struct AUDIT_NOTE("affine") buf {
	u8 *_ptr;
	usize _len;
};

/* Zeroed memory of len bytes (0 gives an empty buf).  At most BUF_MAX. */
enum : usize { BUF_MAX = 4 << 20 };
OSXTD_API err_t buf_alloc(usize len, struct buf *out);
/* As buf_alloc without zeroing: for memory that is filled at once. */
OSXTD_API err_t buf_alloc_uninit(usize len, struct buf *out);
OSXTD_API void buf_drop(struct buf *b);
ALWAYS_INLINE struct span buf_span(const struct buf *b)
{
	return (struct span){ b->_ptr, b->_len };
}
ALWAYS_INLINE usize buf_len(const struct buf *b)
{
	return b->_len;
}
ALWAYS_INLINE struct buf buf_move(struct buf *b)
{
	struct buf moved = { b->_ptr, b->_len };
	*b = (struct buf){};
	return moved;
}
/* A copy of s; of text. */
OSXTD_API err_t buf_copy_of(struct cspan s, struct buf *out);
ALWAYS_INLINE struct str buf_str(const struct buf *b)
{
	return str_of(span_const(buf_span(b)));
}
#define SCOPED_BUF(name) struct buf name CLEANUP(buf_drop) = {}

OSXTD_API err_t vec_raw_resize(struct buf *b, usize elem_size, usize old_len, usize new_len);

/*
 * name: a growable array of T.  New elements are zeroed; name_drop frees the array but does not
 * look into the elements: their owner drops what they hold first.  Borrowed elements are invalid
 * after a resize.
 */
#define VEC_TYPE(name, T)                                                                          \
	struct name {                                                                              \
		struct buf _buf;                                                                   \
		usize _len;                                                                        \
	};                                                                                         \
	[[maybe_unused]] static inline usize name##_len(const struct name *v)                      \
	{                                                                                          \
		return v->_len;                                                                    \
	}                                                                                          \
	[[maybe_unused]] static inline T *name##_at(const struct name *v, usize i)                 \
	{                                                                                          \
		ASSERT(i < v->_len);                                                               \
		UNSAFE("1. the buffer holds _len elements of T, and i is below it")                \
		return &((T *)(void *)v->_buf._ptr)[i];                                            \
	}                                                                                          \
	[[maybe_unused]] static inline err_t name##_resize(struct name *v, usize len)              \
	{                                                                                          \
		TRY(vec_raw_resize(&v->_buf, sizeof(T), v->_len, len));                            \
		v->_len = len;                                                                     \
		return OK;                                                                         \
	}                                                                                          \
	[[maybe_unused]] static inline struct name name##_move(struct name *v)                     \
	{                                                                                          \
		struct name moved = { buf_move(&v->_buf), v->_len };                               \
		v->_len = 0;                                                                       \
		return moved;                                                                      \
	}                                                                                          \
	/* Appends a zeroed element and borrows it. */                                             \
	[[maybe_unused]] static inline err_t name##_push(struct name *v, T **out)                  \
	{                                                                                          \
		TRY(name##_resize(v, v->_len + 1));                                                \
		*out = name##_at(v, v->_len - 1);                                                  \
		return OK;                                                                         \
	}                                                                                          \
	[[maybe_unused]] static inline void name##_drop(struct name *v)                            \
	{                                                                                          \
		buf_drop(&v->_buf);                                                                \
		v->_len = 0;                                                                       \
	}                                                                                          \
	static_assert(true)
