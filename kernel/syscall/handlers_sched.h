/* SPDX-License-Identifier: MPL-2.0 */
/* handlers_sched - scheduling. */
#pragma once
#include "syscall/syscall.h"

err_t sys_sched_yield(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_sched_setparam(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_sched_getparam(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_sched_setscheduler(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_sched_getscheduler(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_sched_get_priority_max(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_sched_get_priority_min(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_sched_rr_get_interval(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_sched_setaffinity(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_sched_getaffinity(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_sched_setattr(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_sched_getattr(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_getpriority(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_setpriority(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_getcpu(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_ioprio_set(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_ioprio_get(struct thread *self, const struct sysargs *a, i64 *ret);
