/* SPDX-License-Identifier: MPL-2.0 */
/* syscall_handlers - the calls that riscv64 alone has.  Spec: Linux
 * Documentation/arch/riscv/hwprobe.rst. */
#pragma once
#include <osxtd/sysargs.h>
#include <osxtd/user.h>

struct thread;

enum : u32 { NR_riscv_hwprobe = 258, NR_riscv_flush_icache = 259 };

err_t sys_riscv_hwprobe(struct thread *self, const struct sysargs *a, i64 *ret);
err_t sys_riscv_flush_icache(struct thread *self, const struct sysargs *a, i64 *ret);
