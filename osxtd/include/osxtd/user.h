/* SPDX-License-Identifier: MPL-2.0 */
/*
 * user - user memory: numbers that name it, copies that may fault, and uio, the cursor of read and
 * write calls.
 *
 * A copy touches the address space that is current on this CPU.  A page that is not there is asked
 * for from the space's fault handler (which may sleep); when that refuses, the copy ends and says
 * how far it came. Kernel addresses and ranges that wrap are ERR_FAULT without being touched.
 *
 *   Context:  task context, no spinlock held (a mutex may be).
 *   Keeps:    soundness U1 (user copies are range-checked and fallible).
 */
#pragma once
#include <osxtd/frame.h>
#include <osxtd/span.h>

struct uaddr {
	u64 _va;
};
ALWAYS_INLINE struct uaddr uaddr_of(u64 va)
{
	return (struct uaddr){ va };
}
ALWAYS_INLINE u64 uaddr_value(struct uaddr a)
{
	return a._va;
}
ALWAYS_INLINE bool uaddr_is_null(struct uaddr a)
{
	return a._va == 0;
}
/* a + off; may wrap: the copy that uses it checks. */
ALWAYS_INLINE struct uaddr uaddr_add(struct uaddr a, u64 off)
{
	return (struct uaddr){ wrap_add(a._va, off) };
}

/* All of it or ERR_FAULT (what was copied before stays copied). */
OSXTD_API err_t user_read(struct uaddr src, struct span dst);
OSXTD_API err_t user_write(struct uaddr dst, struct cspan src);
/* As far as it goes: *done bytes; OK when all. */
OSXTD_API err_t user_read_some(struct uaddr src, struct span dst, usize *done);
OSXTD_API err_t user_write_some(struct uaddr dst, struct cspan src, usize *done);
OSXTD_API err_t user_fill_zero(struct uaddr dst, u64 len);
OSXTD_API err_t user_read_u32(struct uaddr src, u32 *out);
OSXTD_API err_t user_read_u64(struct uaddr src, u64 *out);
OSXTD_API err_t user_write_u32(struct uaddr dst, u32 v);
OSXTD_API err_t user_write_u64(struct uaddr dst, u64 v);
/* One atomic access to an aligned word: *seen = before; stored when *seen == expected.  ERR_FAULT.
 */
OSXTD_API err_t user_cmpxchg_u32(struct uaddr a, u32 expected, u32 desired, u32 *seen);
/*
 * Copies a NUL-terminated string, NUL included, into dst; *len without the NUL.
 * ERR_FAULT; ERR_NAMETOOLONG when no NUL is within dst.
 */
OSXTD_API err_t user_read_str(struct uaddr src, struct span dst, usize *len);
/* Reads or writes plain-integer objects: user_get(addr, &obj). */
#define user_get(addr, objp) user_read((addr), span_of(*(objp)))
#define user_put(addr, objp) user_write((addr), cspan_of(*(objp)))
/* True when addr … addr+len-1 lies in the user half. */
OSXTD_API bool user_range_ok(struct uaddr addr, u64 len);

/* Copies between a frame and user memory, without a bounce. off + len <= PAGE_SIZE. */
OSXTD_API err_t user_read_frame(struct uaddr src, struct uframe *dst, usize off, usize len,
				usize *done);
OSXTD_API err_t user_write_frame(struct uaddr dst, const struct uframe *src, usize off, usize len,
				 usize *done);

/*
 * Copies out of or into a space that need not be current (exec's new stack, /proc/PID/mem, ptrace):
 * page by page through its fault handler.
 */
struct vmspace;
OSXTD_API err_t vmspace_read(struct vmspace *s, struct uaddr src, struct span dst, usize *done);
OSXTD_API err_t vmspace_write(struct vmspace *s, struct uaddr dst, struct cspan src, usize *done);

/* ---- uio: one read or write call's memory, user iovecs or a kernel span ---- */
struct user_iovec { /* the ABI's struct iovec */
	u64 base;
	u64 len;
};
enum : u32 { UIO_FAST_IOV = 8, UIO_MAX_IOV = 1024 };
struct uio {
	struct user_iovec _one; /* the current piece */
	struct uaddr _next_iov; /* where the further pieces stand in user memory */
	u32 _iov_left;		/* further pieces */
	u64 _left;		/* bytes left in all */
	struct span _kernel;	/* in place of user memory */
	bool _is_kernel;
};
/* len is cut to 0x7ffff000 as Linux does; ERR_FAULT when the range is not in the user half. */
OSXTD_API err_t uio_user(struct uaddr base, u64 len, struct uio *out);
/* Vectored: checks count and lengths first.  ERR_INVAL, ERR_FAULT. */
OSXTD_API err_t uio_user_vec(struct uaddr iov, u64 count, struct uio *out);
OSXTD_API struct uio uio_kernel(struct span s);
/* A source made of kernel memory that is only read (the uio must be used with uio_get only). */
OSXTD_API struct uio uio_kernel_const(struct cspan s);
ALWAYS_INLINE u64 uio_left(const struct uio *u)
{
	return u->_left;
}
/* Moves min(len, left) bytes out of the kernel to the uio (read calls); *n what was moved;
 * ERR_FAULT when the memory ended early. */
OSXTD_API err_t uio_put(struct uio *u, struct cspan src, usize *n);
OSXTD_API err_t uio_put_frame(struct uio *u, const struct uframe *src, usize off, usize len,
			      usize *n);
OSXTD_API err_t uio_put_zero(struct uio *u, u64 len, usize *n);
/* Moves min(len, left) bytes from the uio into the kernel (write calls). */
OSXTD_API err_t uio_get(struct uio *u, struct span dst, usize *n);
OSXTD_API err_t uio_get_frame(struct uio *u, struct uframe *dst, usize off, usize len, usize *n);
/* Passes over bytes without touching them. */
OSXTD_API void uio_skip(struct uio *u, u64 len);
