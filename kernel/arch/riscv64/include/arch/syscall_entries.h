/* SPDX-License-Identifier: MPL-2.0 */
/* syscall_entries - part of the table of syscall/table.c: the calls of old that riscv64 has. */
[NR_getrlimit] = sys_getrlimit, [NR_setrlimit] = sys_setrlimit,
