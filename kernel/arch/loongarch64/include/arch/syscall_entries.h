/* SPDX-License-Identifier: MPL-2.0 */
/* syscall_entries - part of the table of syscall/table.c: loongarch64 has none of its own. */
