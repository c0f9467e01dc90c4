/* SPDX-License-Identifier: MPL-2.0 */
/* handlers_fs - the file calls. */
#pragma once
#include "syscall/syscall.h"

syscall_fn sys_read, sys_write, sys_pread64, sys_pwrite64, sys_readv, sys_writev, sys_preadv,
	sys_pwritev, sys_preadv2, sys_pwritev2, sys_lseek;
syscall_fn sys_open, sys_openat, sys_openat2, sys_creat, sys_close, sys_close_range, sys_dup,
	sys_dup2, sys_dup3, sys_fcntl, sys_ioctl;
syscall_fn sys_stat, sys_lstat, sys_fstat, sys_newfstatat, sys_statx, sys_access, sys_faccessat,
	sys_faccessat2, sys_readlink, sys_readlinkat, sys_statfs, sys_fstatfs;
syscall_fn sys_truncate, sys_ftruncate, sys_fallocate, sys_fadvise64, sys_fsync, sys_fdatasync,
	sys_sync, sys_syncfs, sys_sync_file_range, sys_readahead;
syscall_fn sys_chmod, sys_fchmod, sys_fchmodat, sys_chown, sys_lchown, sys_fchown, sys_fchownat,
	sys_utime, sys_utimes, sys_utimensat, sys_futimesat;
syscall_fn sys_mkdir, sys_mkdirat, sys_rmdir, sys_unlink, sys_unlinkat, sys_link, sys_linkat,
	sys_symlink, sys_symlinkat, sys_rename, sys_renameat, sys_renameat2, sys_mknod, sys_mknodat,
	sys_getdents, sys_getdents64;
syscall_fn sys_getcwd, sys_chdir, sys_fchdir, sys_chroot, sys_umask;
syscall_fn sys_pipe, sys_pipe2, sys_mount, sys_umount2, sys_pivot_root;
syscall_fn sys_sendfile, sys_copy_file_range, sys_splice, sys_tee, sys_vmsplice, sys_flock,
	sys_memfd_create;
syscall_fn sys_setxattr, sys_lsetxattr, sys_fsetxattr, sys_getxattr, sys_lgetxattr, sys_fgetxattr,
	sys_listxattr, sys_llistxattr, sys_flistxattr, sys_removexattr, sys_lremovexattr,
	sys_fremovexattr;
