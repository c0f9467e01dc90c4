/* SPDX-License-Identifier: MPL-2.0 */
/*
 * exec - replacing the program of a process: exec.c loads the file, process/ changes the process.
 *
 * exec_program reads the file, builds the new address space beside the old one, and then, in this
 * order, process_begin_exec and process_commit_exec.  Until begin returns OK everything may still
 * fail and nothing has changed.
 *
 *   Context:  the calling thread.
 *   Spec:     execve(2), "Effect on process attributes".
 */
#pragma once
#include <osxtd/buf.h>
#include <osxtd/vmspace.h>

#include "fs/namei.h"
#include "process/process.h"
#include "security/cred.h"

VEC_TYPE(exec_chunks, struct buf);
/* A list of strings: each with its NUL, one behind the other, in pieces of memory.  A zeroed one is
 * empty. */
struct exec_strings {
	struct exec_chunks chunks;
	usize last_used; /* bytes in use of the last piece; the others are full */
	usize len;	 /* bytes in use */
	u32 count;
};
void exec_strings_fini(struct exec_strings *s);
struct exec_strings exec_strings_move(struct exec_strings *s);
/* Appends one string.  ERR_NOMEM, ERR_2BIG. */
err_t exec_strings_add(struct exec_strings *s, struct cspan text);

/*
 * exec.c: runs the program at path in the calling thread.  On OK the thread's user_ctx is that of
 * the new program's first instruction.  Arguments are consumed.  exec_program: for the kernel
 * itself (the first process).  exec_at: execveat(2), where path is the text that the program is
 * told (AT_EXECFN).
 */
err_t exec_program(struct thread *self, struct str path, struct exec_strings *argv,
		   struct exec_strings *envp);
err_t exec_at(struct thread *self, struct at *at, u32 at_flags, struct str path,
	      struct exec_strings *argv, struct exec_strings *envp);
/* Reads an array of user pointers to strings, null at its end; a null array is empty.  limit:
 * bytes, pointers included. */
err_t exec_strings_user(struct exec_strings *s, struct uaddr array, usize limit);
/* Bytes that arguments and environment may take together, their pointers included. */
usize exec_args_limit(struct thread *self);

/*
 * Makes the calling thread the only one of its process, under the process's number: kills the
 * others and waits until they are gone.  ERR_AGAIN: another thread's exec or exit got there first
 * (the caller is being killed).
 */
err_t process_begin_exec(struct thread *self);

struct ON_STACK exec_commit {
	struct vmspace_ref space; /* the new memory; consumed */
	struct cred_ref cred;	  /* the new credentials; empty: unchanged; consumed */
	struct str comm;	  /* name for ps: the last part of the path */
	bool is_secure;		  /* set-id program: not dumpable, parent-death signal cleared */
};
/*
 * Cannot fail: wakes a vfork parent, leaves the old memory, resets handled signals to default,
 * drops the alternate stack, timers, robust list and close-on-exec descriptors, unshares
 * descriptors and signal actions that were shared. ERR_NOMEM only from unsharing, before anything
 * changed.
 */
err_t process_commit_exec(struct thread *self, struct exec_commit *c);
