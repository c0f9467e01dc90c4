/* SPDX-License-Identifier: MPL-2.0 */
/* syscall_entries - of the table in syscall/table.c: what this architecture alone has, calls of
 * old. */
/* clang-format off: the middle of an initializer */
[NR_open] = sys_open,
	[NR_stat] = sys_stat, [NR_lstat] = sys_lstat, [NR_poll] = sys_poll,
	[NR_select] = sys_select, [NR_access] = sys_access, [NR_pipe] = sys_pipe,
	[NR_dup2] = sys_dup2, [NR_pause] = sys_pause, [NR_alarm] = sys_alarm, [NR_fork] = sys_fork,
	[NR_vfork] = sys_vfork, [NR_getdents] = sys_getdents, [NR_rename] = sys_rename,
	[NR_mkdir] = sys_mkdir, [NR_rmdir] = sys_rmdir, [NR_creat] = sys_creat,
	[NR_link] = sys_link, [NR_unlink] = sys_unlink, [NR_symlink] = sys_symlink,
	[NR_readlink] = sys_readlink, [NR_chmod] = sys_chmod, [NR_chown] = sys_chown,
	[NR_lchown] = sys_lchown, [NR_getrlimit] = sys_getrlimit, [NR_getpgrp] = sys_getpgrp,
	[NR_utime] = sys_utime, [NR_mknod] = sys_mknod, [NR_arch_prctl] = sys_arch_prctl,
	[NR_setrlimit] = sys_setrlimit, [NR_time] = sys_time, [NR_utimes] = sys_utimes,
	[NR_futimesat] = sys_futimesat, [NR_renameat] = sys_renameat,
