/* SPDX-License-Identifier: MPL-2.0 */
/* handlers_process - fork, exit, wait, groups and sessions, resource limits. */
#pragma once
#include "syscall/syscall.h"

SYSCALL(fork);
SYSCALL(vfork);
SYSCALL(clone);
SYSCALL(clone3);
SYSCALL(unshare);
SYSCALL(exit);
SYSCALL(exit_group);
SYSCALL(wait4);
SYSCALL(waitid);
SYSCALL(getpid);
SYSCALL(gettid);
SYSCALL(getppid);
SYSCALL(getpgid);
SYSCALL(getpgrp);
SYSCALL(setpgid);
SYSCALL(getsid);
SYSCALL(setsid);
SYSCALL(set_tid_address);
SYSCALL(prctl);
SYSCALL(getrlimit);
SYSCALL(setrlimit);
SYSCALL(prlimit64);
SYSCALL(getrusage);
SYSCALL(times);
SYSCALL(personality);
SYSCALL(restart_syscall);
