/* SPDX-License-Identifier: MPL-2.0 */
/* syscall_entries - of the table in syscall/table.c: calls of old, and its own. */
/* clang-format off: the middle of an initializer */
[NR_getrlimit] = sys_getrlimit, [NR_setrlimit] = sys_setrlimit,
				[NR_riscv_hwprobe] = sys_riscv_hwprobe,
				[NR_riscv_flush_icache] = sys_riscv_flush_icache,
