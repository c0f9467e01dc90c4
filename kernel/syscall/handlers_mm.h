/* SPDX-License-Identifier: MPL-2.0 */
/* handlers_mm - the memory calls and exec. */
#pragma once
#include "syscall/syscall.h"

syscall_fn sys_mmap, sys_munmap, sys_mprotect, sys_brk, sys_mremap, sys_madvise, sys_msync,
	sys_mincore;
syscall_fn sys_mlock, sys_mlock2, sys_munlock, sys_mlockall, sys_munlockall;
syscall_fn sys_execve, sys_execveat, sys_process_vm_readv, sys_process_vm_writev;
