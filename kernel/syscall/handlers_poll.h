/* SPDX-License-Identifier: MPL-2.0 */
/* handlers_poll - waiting for descriptors. */
#pragma once
#include "syscall/syscall.h"

err_t sys_poll(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_ppoll(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_select(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_pselect6(struct thread *self, const struct sysargs *a, i64 *ret);
