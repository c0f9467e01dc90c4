/* SPDX-License-Identifier: MPL-2.0 */
/*
 * syscall - the shape of every system call handler.
 *
 * A handler decodes its arguments, checks them in Linux's errno order, calls the owning object and
 * stores the result in *ret (0 before) when it returns OK.  Only process/'s loop turns the pair
 * into the ABI's value.
 *
 *   Context:  the calling thread, no lock held.
 */
#pragma once
#include <osxtd/sysargs.h>
#include <osxtd/user.h>

struct thread;

typedef err_t syscall_fn(struct thread *self, const struct sysargs *a, i64 *ret);

ALWAYS_INLINE struct uaddr arg_uaddr(u64 v)
{
	return uaddr_of(v);
}
/* The C int that a 64-bit argument register carries. */
ALWAYS_INLINE i32 arg_int(u64 v)
{
	return (i32)(u32)v;
}
