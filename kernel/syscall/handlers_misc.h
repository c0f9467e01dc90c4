/* SPDX-License-Identifier: MPL-2.0 */
/* handlers_misc - the machine: names, log, memory figures, randomness, power. */
#pragma once
#include "syscall/syscall.h"

SYSCALL(uname);
SYSCALL(sethostname);
SYSCALL(setdomainname);
SYSCALL(sysinfo);
SYSCALL(getrandom);
SYSCALL(syslog);
SYSCALL(reboot);
SYSCALL(membarrier);
SYSCALL(rseq);
SYSCALL(ptrace);
SYSCALL(acct);
SYSCALL(seccomp);
SYSCALL(arch_prctl);
