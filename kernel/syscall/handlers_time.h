/* SPDX-License-Identifier: MPL-2.0 */
/* handlers_time - clocks, sleeping, timers. */
#pragma once
#include "syscall/syscall.h"

err_t sys_nanosleep(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_clock_nanosleep(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_clock_gettime(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_clock_settime(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_clock_getres(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_clock_adjtime(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_adjtimex(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_gettimeofday(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_settimeofday(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_time(struct thread *self, const struct sysargs *a, i64 *ret);

err_t sys_alarm(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_getitimer(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_setitimer(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_timer_create(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_timer_settime(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_timer_gettime(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_timer_getoverrun(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_timer_delete(struct thread *self, const struct sysargs *a, i64 *ret);
