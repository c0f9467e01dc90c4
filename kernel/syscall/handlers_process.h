/* SPDX-License-Identifier: MPL-2.0 */
/* handlers_process - fork, exit, wait, groups and sessions, resource limits. */
#pragma once
#include "syscall/syscall.h"

err_t sys_fork(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_vfork(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_clone(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_clone3(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_unshare(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_exit(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_exit_group(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_wait4(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_waitid(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_getpid(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_gettid(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_getppid(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_getpgid(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_getpgrp(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_setpgid(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_getsid(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_setsid(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_set_tid_address(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_prctl(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_getrlimit(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_setrlimit(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_prlimit64(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_getrusage(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_times(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_personality(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_restart_syscall(struct thread *self, const struct sysargs *a, i64 *ret);
