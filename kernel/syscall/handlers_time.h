/* SPDX-License-Identifier: MPL-2.0 */
/* handlers_time - clocks, sleeping, timers. */
#pragma once
#include "syscall/syscall.h"

SYSCALL(nanosleep);
SYSCALL(clock_nanosleep);
SYSCALL(clock_gettime);
SYSCALL(clock_settime);
SYSCALL(clock_getres);
SYSCALL(clock_adjtime);
SYSCALL(adjtimex);
SYSCALL(gettimeofday);
SYSCALL(settimeofday);
SYSCALL(time);

SYSCALL(alarm);
SYSCALL(getitimer);
SYSCALL(setitimer);
SYSCALL(timer_create);
SYSCALL(timer_settime);
SYSCALL(timer_gettime);
SYSCALL(timer_getoverrun);
SYSCALL(timer_delete);
