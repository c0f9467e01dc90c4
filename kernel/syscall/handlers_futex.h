/* SPDX-License-Identifier: MPL-2.0 */
/* handlers_futex - futexes and robust lists. */
#pragma once
#include "syscall/syscall.h"

err_t sys_futex(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_set_robust_list(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_get_robust_list(struct thread *self, const struct sysargs *a, i64 *ret);
