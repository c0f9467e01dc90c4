/* SPDX-License-Identifier: MPL-2.0 */
/* handlers_cred - user and group ids, capabilities. */
#pragma once
#include "syscall/syscall.h"

SYSCALL(getuid);
SYSCALL(geteuid);
SYSCALL(getgid);
SYSCALL(getegid);
SYSCALL(setuid);
SYSCALL(setgid);
SYSCALL(setreuid);
SYSCALL(setregid);
SYSCALL(setresuid);
SYSCALL(getresuid);
SYSCALL(setresgid);
SYSCALL(getresgid);
SYSCALL(setfsuid);
SYSCALL(setfsgid);
SYSCALL(getgroups);
SYSCALL(setgroups);
SYSCALL(capget);
SYSCALL(capset);
