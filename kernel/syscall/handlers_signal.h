/* SPDX-License-Identifier: MPL-2.0 */
/* handlers_signal - signals. */
#pragma once
#include "syscall/syscall.h"

SYSCALL(kill);
SYSCALL(tkill);
SYSCALL(tgkill);
SYSCALL(rt_sigaction);
SYSCALL(rt_sigprocmask);
SYSCALL(rt_sigpending);
SYSCALL(rt_sigtimedwait);
SYSCALL(rt_sigsuspend);
SYSCALL(rt_sigreturn);
SYSCALL(rt_sigqueueinfo);
SYSCALL(rt_tgsigqueueinfo);
SYSCALL(sigaltstack);
SYSCALL(pause);
