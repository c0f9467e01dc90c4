/* SPDX-License-Identifier: MPL-2.0 */
/* handlers_sched - scheduling. */
#pragma once
#include "syscall/syscall.h"

SYSCALL(sched_yield);
SYSCALL(sched_setparam);
SYSCALL(sched_getparam);
SYSCALL(sched_setscheduler);
SYSCALL(sched_getscheduler);
SYSCALL(sched_get_priority_max);
SYSCALL(sched_get_priority_min);
SYSCALL(sched_rr_get_interval);
SYSCALL(sched_setaffinity);
SYSCALL(sched_getaffinity);
SYSCALL(sched_setattr);
SYSCALL(sched_getattr);
SYSCALL(getpriority);
SYSCALL(setpriority);
SYSCALL(getcpu);
SYSCALL(ioprio_set);
SYSCALL(ioprio_get);
