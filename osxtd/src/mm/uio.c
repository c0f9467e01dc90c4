// SPDX-License-Identifier: MPL-2.0
/*
 * uio - the memory of one read or write call.
 *
 * The current piece is held here; further iovecs are read from user memory as they come up.  A
 * program that changes them meanwhile only hurts itself: each is range-checked when it is used and
 * cut to what is left of the call.
 */
#include <osxtd/user.h>

#include "mm/usercopy.h"
#include <arch/vmspace.h>

#include "mm/frames.h"

/* One attempt at a range that was checked when it became the current piece (U1); a missing page is
 * for the slow path. */
UNSAFE("1. U1: uio_user or next_piece checked the range; 2. the kernel side is as long")
ALWAYS_INLINE bool user_write_once(struct uaddr at, struct cspan src)
{
	might_sleep();
	return usercopy_checked((void *)at._va, src._ptr, src._len) == 0;
}
UNSAFE("1. U1: as for writes, the range lies in the user half; 2. dst is as long")
ALWAYS_INLINE bool user_read_once(struct uaddr at, struct span dst)
{
	might_sleep();
	return usercopy_checked(dst._ptr, (const void *)at._va, dst._len) == 0;
}

UNSAFE("1. U1: len is at most what is left of the current piece, which was checked")
ALWAYS_INLINE bool user_zero_once(struct uaddr at, u64 len)
{
	return userzero((void *)at._va, len) == 0;
}

enum : u64 { RW_MAX = 0x7ffff000 };

err_t uio_user(struct uaddr base, u64 len, struct uio *out)
{
	if (unlikely(!user_range_ok(base, len)))
		return ERR_FAULT;
	len = min_of(len, (u64)RW_MAX);
	*out = (struct uio){ ._one = { base._va, len }, ._left = len };
	return OK;
}

/* Reads iovecs until one is not empty and makes it the current piece. */
static err_t next_piece(struct uio *u)
{
	while (u->_one.len == 0) {
		if (u->_iov_left == 0)
			return ERR_FAULT;
		struct user_iovec v = {};
		TRY(user_get(u->_next_iov, &v));
		u->_next_iov = uaddr_add(u->_next_iov, sizeof(v));
		u->_iov_left--;
		v.len = min_of(v.len, u->_left);
		if (!user_range_ok(uaddr_of(v.base), v.len))
			return ERR_FAULT;
		u->_one = v;
	}
	return OK;
}

err_t uio_user_vec(struct uaddr iov, u64 count, struct uio *out)
{
	if (count > UIO_MAX_IOV)
		return ERR_INVAL;
	u64 total = 0;
	for (u64 i = 0; i < count; i++) {
		struct user_iovec v = {};
		TRY(user_get(uaddr_add(iov, i * sizeof(v)), &v));
		if ((i64)v.len < 0)
			return ERR_INVAL;
		if (!user_range_ok(uaddr_of(v.base), v.len))
			return ERR_FAULT;
		total += min_of(v.len, RW_MAX - total);
	}
	*out = (struct uio){ ._next_iov = iov, ._iov_left = (u32)count, ._left = total };
	return OK;
}

struct uio uio_kernel(struct span s)
{
	return (struct uio){ ._left = s._len, ._kernel = s, ._is_kernel = true };
}

struct uio uio_kernel_const(struct cspan s)
{
	return uio_kernel(span_read_only(s));
}

static void advance(struct uio *u, u64 n)
{
	u->_one.base += n;
	u->_one.len -= n;
	u->_left -= n;
}

static void advance_kernel(struct uio *u, u64 n)
{
	u->_kernel = span_from(u->_kernel, n);
	u->_left -= n;
}

/*
 * Moves min(most, left) bytes piece by piece: STEP is an expression that moves `part` bytes at
 * `at`, which are `*n` bytes into the call's other side, and says in `done` how far it came.
 */
#define EACH_PIECE(u, most, n, STEP)                                                               \
	do {                                                                                       \
		u64 want_ = min_of((u64)(most), (u)->_left);                                       \
		while (*(n) < want_) {                                                             \
			if (unlikely((u)->_one.len == 0))                                          \
				TRY(next_piece(u));                                                \
			u64 part = min_of(want_ - *(n), (u)->_one.len);                            \
			struct uaddr at = uaddr_of((u)->_one.base);                                \
			usize done = 0;                                                            \
			err_t err_ = (STEP);                                                       \
			advance((u), done);                                                        \
			*(n) += done;                                                              \
			TRY(err_);                                                                 \
		}                                                                                  \
	} while (0)

static NOINLINE err_t put_pieces(struct uio *u, struct cspan src, usize *n)
{
	if (u->_is_kernel) {
		usize len = min_of(src._len, (usize)u->_left);
		span_copy(u->_kernel, cspan_sub(src, 0, len));
		advance_kernel(u, len);
		*n = len;
		return OK;
	}
	EACH_PIECE(u, src._len, n, user_write_some(at, cspan_sub(src, *n, part), &done));
	return OK;
}

/* One piece that takes all of src is the common call. */
err_t uio_put(struct uio *u, struct cspan src, usize *n)
{
	*n = 0;
	if (unlikely(src._len > u->_one.len))
		return put_pieces(u, src, n);
	struct uaddr at = uaddr_of(u->_one.base);
	if (unlikely(!user_write_once(at, src)))
		return put_pieces(u, src, n);
	advance(u, src._len);
	*n = src._len;
	return OK;
}

static NOINLINE err_t put_frame_pieces(struct uio *u, const struct uframe *src, usize off,
				       usize len, usize *n)
{
	if (u->_is_kernel) {
		len = min_of(len, (usize)u->_left);
		uframe_read(src, off, span_sub(u->_kernel, 0, len));
		advance_kernel(u, len);
		*n = len;
		return OK;
	}
	EACH_PIECE(u, len, n, user_write_frame(at, src, off + *n, part, &done));
	return OK;
}

err_t uio_put_frame(struct uio *u, const struct uframe *src, usize off, usize len, usize *n)
{
	*n = 0;
	struct cspan bytes = span_const(frame_bytes(src, off, len));
	if (unlikely(len > u->_one.len || !user_write_once(uaddr_of(u->_one.base), bytes)))
		return put_frame_pieces(u, src, off, len, n);
	advance(u, len);
	*n = len;
	return OK;
}

static err_t zero_some(struct uaddr at, u64 len, usize *done)
{
	/* What was zeroed before a fault does not count: a page of the file at most. */
	TRY(user_fill_zero(at, len));
	*done = len;
	return OK;
}

static NOINLINE err_t put_zero_pieces(struct uio *u, u64 len, usize *n)
{
	if (u->_is_kernel) {
		len = min_of(len, u->_left);
		span_fill(span_sub(u->_kernel, 0, len), 0);
		advance_kernel(u, len);
		*n = len;
		return OK;
	}
	EACH_PIECE(u, len, n,
		   zero_some(at, min_of(part, (u64)PAGE_SIZE - (at._va & (PAGE_SIZE - 1))), &done));
	return OK;
}

err_t uio_put_zero(struct uio *u, u64 len, usize *n)
{
	*n = 0;
	if (unlikely(len > u->_one.len || !user_zero_once(uaddr_of(u->_one.base), len)))
		return put_zero_pieces(u, len, n);
	advance(u, len);
	*n = len;
	return OK;
}

static NOINLINE err_t get_pieces(struct uio *u, struct span dst, usize *n)
{
	if (u->_is_kernel) {
		usize len = min_of(dst._len, (usize)u->_left);
		span_copy(dst, span_const(span_sub(u->_kernel, 0, len)));
		advance_kernel(u, len);
		*n = len;
		return OK;
	}
	EACH_PIECE(u, dst._len, n, user_read_some(at, span_sub(dst, *n, part), &done));
	return OK;
}

err_t uio_get(struct uio *u, struct span dst, usize *n)
{
	*n = 0;
	if (unlikely(dst._len > u->_one.len))
		return get_pieces(u, dst, n);
	struct uaddr at = uaddr_of(u->_one.base);
	if (unlikely(!user_read_once(at, dst)))
		return get_pieces(u, dst, n);
	advance(u, dst._len);
	*n = dst._len;
	return OK;
}

static NOINLINE err_t get_frame_pieces(struct uio *u, struct uframe *dst, usize off, usize len,
				       usize *n)
{
	if (u->_is_kernel) {
		len = min_of(len, (usize)u->_left);
		uframe_write(dst, off, span_const(span_sub(u->_kernel, 0, len)));
		advance_kernel(u, len);
		*n = len;
		return OK;
	}
	EACH_PIECE(u, len, n, user_read_frame(at, dst, off + *n, part, &done));
	return OK;
}

err_t uio_get_frame(struct uio *u, struct uframe *dst, usize off, usize len, usize *n)
{
	*n = 0;
	struct span bytes = frame_bytes(dst, off, len);
	if (unlikely(len > u->_one.len || !user_read_once(uaddr_of(u->_one.base), bytes)))
		return get_frame_pieces(u, dst, off, len, n);
	advance(u, len);
	*n = len;
	return OK;
}

void uio_skip(struct uio *u, u64 len)
{
	len = min_of(len, u->_left);
	if (u->_is_kernel) {
		advance_kernel(u, len);
		return;
	}
	while (len != 0) {
		if (u->_one.len == 0 && next_piece(u) != OK) {
			u->_left = 0;
			return;
		}
		u64 part = min_of(len, u->_one.len);
		advance(u, part);
		len -= part;
	}
}
