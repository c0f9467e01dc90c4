/* SPDX-License-Identifier: MPL-2.0 */
/*
 * exec - replacing the program of a process.
 *
 * Everything that can fail with an errno happens on a new address space beside the old one.  Then comes the point of no return
 * (exec_end_siblings, exec_commit); a failure behind it is a SIGKILL.
 *
 *   Context:  the calling thread itself, no lock held.
 *   Spec:     execve(2), execveat(2), elf(5), getauxval(3).
 */
#pragma once
#include <osxtd/vmspace.h>

#include "fs/file.h"
#include "security/cred.h"

struct thread;

/* ---- what exec offers (exec*.c) ---- */

/* A vector of strings in the kernel, for the first program. */
SPAN_TYPE(exec_strings, const struct str);

/*
 * execveat(2): path relative to dirfd; argv and envp are user arrays of pointers.
 * OK: the thread's registers are those of the new program.
 */
err_t exec_user(struct thread *self, i32 dirfd, struct uaddr path, struct uaddr argv, struct uaddr envp, u32 flags);

/* Runs path in the calling thread as exec_user does, with strings of the kernel: the first process. */
err_t exec_init(struct thread *self, struct str path, struct exec_strings argv, struct exec_strings envp);

/* ---- what the process side gives (process.c and its neighbours) ---- */

/* Ends all other threads of the process and makes self the leader.  ERR_AGAIN when self is being ended itself. */
err_t exec_end_siblings(struct thread *self);

struct exec_commit {
	struct vmspace_ref space;   /* the new address space */
	struct cred_ref cred;       /* the new credentials; empty: unchanged */
	u8 comm[16];                /* the new name, NUL padded */
	u64 entry, stack;           /* user registers to start with */
	bool is_secure;             /* AT_SECURE: ids changed */
};
/*
 * Puts the new program in place and consumes what c refers to: switches the address space, resets handlers, alternate
 * stack, FPU, TLS, robust list and tid address, closes FD_CLOEXEC descriptors, wakes a vfork parent.  Cannot fail.
 */
void exec_commit(struct thread *self, struct exec_commit *c);
