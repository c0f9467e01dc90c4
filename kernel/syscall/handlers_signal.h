/* SPDX-License-Identifier: MPL-2.0 */
/* handlers_signal - signals. */
#pragma once
#include "syscall/syscall.h"

err_t sys_kill(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_tkill(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_tgkill(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_rt_sigaction(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_rt_sigprocmask(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_rt_sigpending(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_rt_sigtimedwait(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_rt_sigsuspend(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_rt_sigreturn(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_rt_sigqueueinfo(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_rt_tgsigqueueinfo(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_sigaltstack(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_pause(struct thread *self, const struct sysargs *a, i64 *ret);
