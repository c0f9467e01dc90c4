/* SPDX-License-Identifier: MPL-2.0 */
/*
 * syscalls - system calls by their numbers, as a thread issues them (syscall/table.c).
 *
 *   Context:  the calling thread, no lock held.
 *   Spec:     syscall(2), signal(7).
 */
#pragma once
#include <osxtd/sysargs.h>
#include <osxtd/user.h>

struct thread;

/* Calls the handler of number; ERR_NOSYS when there is none. */
err_t syscall_dispatch(u64 number, struct thread *self, const struct sysargs *a, i64 *ret);
/* Is the call one that signal(7) lists as restarted under SA_RESTART? */
bool syscall_is_restarted(u64 number);
/* Is the call one that is restarted when no handler ran? */
bool syscall_is_restarted_without_handler(u64 number);
