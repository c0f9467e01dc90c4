/* SPDX-License-Identifier: MPL-2.0 */
/* syscall_entries - of the table in syscall/table.c: calls of old. */
/* clang-format off: the middle of an initializer */
[NR_getrlimit] = sys_getrlimit, [NR_setrlimit] = sys_setrlimit,
