/* SPDX-License-Identifier: MPL-2.0 */
/* handlers_cred - user and group ids, capabilities. */
#pragma once
#include "syscall/syscall.h"

err_t sys_getuid(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_geteuid(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_getgid(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_getegid(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_setuid(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_setgid(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_setreuid(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_setregid(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_setresuid(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_getresuid(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_setresgid(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_getresgid(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_setfsuid(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_setfsgid(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_getgroups(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_setgroups(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_capget(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_capset(struct thread *self, const struct sysargs *a, i64 *ret);
