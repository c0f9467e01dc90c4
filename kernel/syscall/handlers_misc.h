/* SPDX-License-Identifier: MPL-2.0 */
/* handlers_misc - the machine: names, log, memory figures, randomness, power. */
#pragma once
#include "syscall/syscall.h"

err_t sys_uname(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_sethostname(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_setdomainname(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_sysinfo(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_getrandom(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_syslog(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_reboot(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_membarrier(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_rseq(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_ptrace(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_acct(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_seccomp(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_arch_prctl(struct thread *self, const struct sysargs *a, i64 *ret);
