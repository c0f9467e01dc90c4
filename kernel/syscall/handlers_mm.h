/* SPDX-License-Identifier: MPL-2.0 */
/* handlers_mm - the memory calls and exec. */
#pragma once
#include "process/thread.h"
#include "security/cred.h"
#include "syscall/syscall.h"

/* Whether the caller may lock more memory than RLIMIT_MEMLOCK allows. */
ALWAYS_INLINE bool mm_can_exceed(struct thread *self)
{
	return cred_has_cap(thread_cred(self), CAP_IPC_LOCK);
}

syscall_fn sys_mmap, sys_munmap, sys_mprotect, sys_brk, sys_mremap, sys_madvise, sys_msync,
	sys_mincore;
syscall_fn sys_mlock, sys_mlock2, sys_munlock, sys_mlockall, sys_munlockall;
syscall_fn sys_execve, sys_execveat, sys_process_vm_readv, sys_process_vm_writev;
