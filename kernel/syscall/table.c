/* SPDX-License-Identifier: MPL-2.0 */
/*
 * table - number -> handler, and which calls signals restart.  Calls that are not here are
 * ENOSYS.
 *
 * An architecture numbers the calls (<arch/syscall_numbers.h>) and lists those that it alone has or
 * takes in its own way (<arch/syscall_entries.h>).
 */
#include <arch/syscall_handlers.h>
#include <arch/syscall_numbers.h>
#include <arch/syscall_regs.h>

#include "process/syscalls.h"
#include "syscall/handlers_cred.h"
#include "syscall/handlers_fs.h"
#include "syscall/handlers_futex.h"
#include "syscall/handlers_misc.h"
#include "syscall/handlers_mm.h"
#include "syscall/handlers_poll.h"
#include "syscall/handlers_process.h"
#include "syscall/handlers_sched.h"
#include "syscall/handlers_signal.h"
#include "syscall/handlers_time.h"

/* clone(2) where the thread pointer comes before the child's thread number. */
static err_t clone_tls_first(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct sysargs swapped = *a;
	swapped.a3 = a->a4;
	swapped.a4 = a->a3;
	return sys_clone(self, &swapped, ret);
}

static syscall_fn *const table[] = {
#include <arch/syscall_entries.h>
	[NR_read] = sys_read,
	[NR_write] = sys_write,
	[NR_close] = sys_close,
	[NR_fstat] = sys_fstat,
	[NR_lseek] = sys_lseek,
	[NR_mmap] = sys_mmap,
	[NR_munmap] = sys_munmap,
	[NR_mprotect] = sys_mprotect,
	[NR_brk] = sys_brk,
	[NR_mremap] = sys_mremap,
	[NR_madvise] = sys_madvise,
	[NR_msync] = sys_msync,
	[NR_mincore] = sys_mincore,
	[NR_mlock] = sys_mlock,
	[NR_mlock2] = sys_mlock2,
	[NR_munlock] = sys_munlock,
	[NR_mlockall] = sys_mlockall,
	[NR_munlockall] = sys_munlockall,
	[NR_execve] = sys_execve,
	[NR_execveat] = sys_execveat,
	[NR_process_vm_readv] = sys_process_vm_readv,
	[NR_process_vm_writev] = sys_process_vm_writev,
	[NR_ppoll] = sys_ppoll,
	[NR_pselect6] = sys_pselect6,
	[NR_rt_sigaction] = sys_rt_sigaction,
	[NR_rt_sigprocmask] = sys_rt_sigprocmask,
	[NR_rt_sigreturn] = sys_rt_sigreturn,
	[NR_ioctl] = sys_ioctl,
	[NR_pread64] = sys_pread64,
	[NR_pwrite64] = sys_pwrite64,
	[NR_readv] = sys_readv,
	[NR_writev] = sys_writev,
	[NR_sched_yield] = sys_sched_yield,
	[NR_dup] = sys_dup,
	[NR_nanosleep] = sys_nanosleep,
	[NR_getitimer] = sys_getitimer,
	[NR_setitimer] = sys_setitimer,
	[NR_getpid] = sys_getpid,
	[NR_sendfile] = sys_sendfile,
	[NR_clone] = ARCH_CLONE_TLS_FIRST ? clone_tls_first : sys_clone,
	[NR_exit] = sys_exit,
	[NR_wait4] = sys_wait4,
	[NR_kill] = sys_kill,
	[NR_uname] = sys_uname,
	[NR_fcntl] = sys_fcntl,
	[NR_flock] = sys_flock,
	[NR_fsync] = sys_fsync,
	[NR_fdatasync] = sys_fdatasync,
	[NR_truncate] = sys_truncate,
	[NR_ftruncate] = sys_ftruncate,
	[NR_getcwd] = sys_getcwd,
	[NR_chdir] = sys_chdir,
	[NR_fchdir] = sys_fchdir,
	[NR_fchmod] = sys_fchmod,
	[NR_fchown] = sys_fchown,
	[NR_umask] = sys_umask,
	[NR_gettimeofday] = sys_gettimeofday,
	[NR_getrusage] = sys_getrusage,
	[NR_sysinfo] = sys_sysinfo,
	[NR_times] = sys_times,
	[NR_ptrace] = sys_ptrace,
	[NR_getuid] = sys_getuid,
	[NR_syslog] = sys_syslog,
	[NR_getgid] = sys_getgid,
	[NR_setuid] = sys_setuid,
	[NR_setgid] = sys_setgid,
	[NR_geteuid] = sys_geteuid,
	[NR_getegid] = sys_getegid,
	[NR_setpgid] = sys_setpgid,
	[NR_getppid] = sys_getppid,
	[NR_setsid] = sys_setsid,
	[NR_setreuid] = sys_setreuid,
	[NR_setregid] = sys_setregid,
	[NR_getgroups] = sys_getgroups,
	[NR_setgroups] = sys_setgroups,
	[NR_setresuid] = sys_setresuid,
	[NR_getresuid] = sys_getresuid,
	[NR_setresgid] = sys_setresgid,
	[NR_getresgid] = sys_getresgid,
	[NR_getpgid] = sys_getpgid,
	[NR_setfsuid] = sys_setfsuid,
	[NR_setfsgid] = sys_setfsgid,
	[NR_getsid] = sys_getsid,
	[NR_capget] = sys_capget,
	[NR_capset] = sys_capset,
	[NR_rt_sigpending] = sys_rt_sigpending,
	[NR_rt_sigtimedwait] = sys_rt_sigtimedwait,
	[NR_rt_sigqueueinfo] = sys_rt_sigqueueinfo,
	[NR_rt_sigsuspend] = sys_rt_sigsuspend,
	[NR_sigaltstack] = sys_sigaltstack,
	[NR_personality] = sys_personality,
	[NR_statfs] = sys_statfs,
	[NR_fstatfs] = sys_fstatfs,
	[NR_getpriority] = sys_getpriority,
	[NR_setpriority] = sys_setpriority,
	[NR_sched_setparam] = sys_sched_setparam,
	[NR_sched_getparam] = sys_sched_getparam,
	[NR_sched_setscheduler] = sys_sched_setscheduler,
	[NR_sched_getscheduler] = sys_sched_getscheduler,
	[NR_sched_get_priority_max] = sys_sched_get_priority_max,
	[NR_sched_get_priority_min] = sys_sched_get_priority_min,
	[NR_sched_rr_get_interval] = sys_sched_rr_get_interval,
	[NR_pivot_root] = sys_pivot_root,
	[NR_prctl] = sys_prctl,
	[NR_adjtimex] = sys_adjtimex,
	[NR_chroot] = sys_chroot,
	[NR_sync] = sys_sync,
	[NR_acct] = sys_acct,
	[NR_settimeofday] = sys_settimeofday,
	[NR_mount] = sys_mount,
	[NR_umount2] = sys_umount2,
	[NR_reboot] = sys_reboot,
	[NR_sethostname] = sys_sethostname,
	[NR_setdomainname] = sys_setdomainname,
	[NR_gettid] = sys_gettid,
	[NR_readahead] = sys_readahead,
	[NR_setxattr] = sys_setxattr,
	[NR_lsetxattr] = sys_lsetxattr,
	[NR_fsetxattr] = sys_fsetxattr,
	[NR_getxattr] = sys_getxattr,
	[NR_lgetxattr] = sys_lgetxattr,
	[NR_fgetxattr] = sys_fgetxattr,
	[NR_listxattr] = sys_listxattr,
	[NR_llistxattr] = sys_llistxattr,
	[NR_flistxattr] = sys_flistxattr,
	[NR_removexattr] = sys_removexattr,
	[NR_lremovexattr] = sys_lremovexattr,
	[NR_fremovexattr] = sys_fremovexattr,
	[NR_tkill] = sys_tkill,
	[NR_futex] = sys_futex,
	[NR_sched_setaffinity] = sys_sched_setaffinity,
	[NR_sched_getaffinity] = sys_sched_getaffinity,
	[NR_getdents64] = sys_getdents64,
	[NR_set_tid_address] = sys_set_tid_address,
	[NR_restart_syscall] = sys_restart_syscall,
	[NR_fadvise64] = sys_fadvise64,
	[NR_timer_create] = sys_timer_create,
	[NR_timer_settime] = sys_timer_settime,
	[NR_timer_gettime] = sys_timer_gettime,
	[NR_timer_getoverrun] = sys_timer_getoverrun,
	[NR_timer_delete] = sys_timer_delete,
	[NR_clock_settime] = sys_clock_settime,
	[NR_clock_gettime] = sys_clock_gettime,
	[NR_clock_getres] = sys_clock_getres,
	[NR_clock_nanosleep] = sys_clock_nanosleep,
	[NR_exit_group] = sys_exit_group,
	[NR_tgkill] = sys_tgkill,
	[NR_waitid] = sys_waitid,
	[NR_ioprio_set] = sys_ioprio_set,
	[NR_ioprio_get] = sys_ioprio_get,
	[NR_openat] = sys_openat,
	[NR_mkdirat] = sys_mkdirat,
	[NR_mknodat] = sys_mknodat,
	[NR_fchownat] = sys_fchownat,
	[NR_newfstatat] = sys_newfstatat,
	[NR_unlinkat] = sys_unlinkat,
	[NR_linkat] = sys_linkat,
	[NR_symlinkat] = sys_symlinkat,
	[NR_readlinkat] = sys_readlinkat,
	[NR_fchmodat] = sys_fchmodat,
	[NR_faccessat] = sys_faccessat,
	[NR_unshare] = sys_unshare,
	[NR_set_robust_list] = sys_set_robust_list,
	[NR_get_robust_list] = sys_get_robust_list,
	[NR_splice] = sys_splice,
	[NR_tee] = sys_tee,
	[NR_sync_file_range] = sys_sync_file_range,
	[NR_vmsplice] = sys_vmsplice,
	[NR_utimensat] = sys_utimensat,
	[NR_fallocate] = sys_fallocate,
	[NR_dup3] = sys_dup3,
	[NR_pipe2] = sys_pipe2,
	[NR_preadv] = sys_preadv,
	[NR_pwritev] = sys_pwritev,
	[NR_rt_tgsigqueueinfo] = sys_rt_tgsigqueueinfo,
	[NR_prlimit64] = sys_prlimit64,
	[NR_clock_adjtime] = sys_clock_adjtime,
	[NR_syncfs] = sys_syncfs,
	[NR_getcpu] = sys_getcpu,
	[NR_sched_setattr] = sys_sched_setattr,
	[NR_sched_getattr] = sys_sched_getattr,
	[NR_renameat2] = sys_renameat2,
	[NR_seccomp] = sys_seccomp,
	[NR_getrandom] = sys_getrandom,
	[NR_memfd_create] = sys_memfd_create,
	[NR_membarrier] = sys_membarrier,
	[NR_copy_file_range] = sys_copy_file_range,
	[NR_preadv2] = sys_preadv2,
	[NR_pwritev2] = sys_pwritev2,
	[NR_statx] = sys_statx,
	[NR_rseq] = sys_rseq,
	[NR_clone3] = sys_clone3,
	[NR_close_range] = sys_close_range,
	[NR_openat2] = sys_openat2,
	[NR_faccessat2] = sys_faccessat2,
};

err_t syscall_dispatch(u64 number, struct thread *self, const struct sysargs *a, i64 *ret)
{
	if (unlikely(number >= array_len(table) || array_at(table, number) == nullptr))
		return ERR_NOSYS;
	return array_at(table, number)(self, a, ret);
}

/* ---- restarts ---- */

static syscall_fn *const restarted[] = {
	sys_read,      sys_write,  sys_readv,	sys_writev,   sys_pread64,
	sys_pwrite64,  sys_preadv, sys_pwritev, sys_preadv2,  sys_pwritev2,
	sys_open,      sys_openat, sys_openat2, sys_creat,    sys_wait4,
	sys_waitid,    sys_ioctl,  sys_fcntl,	sys_flock,    sys_futex,
	sys_sendfile,  sys_splice, sys_tee,	sys_vmsplice, sys_copy_file_range,
	sys_getrandom,
};

static syscall_fn *const restarted_without_handler[] = {
	sys_poll, sys_ppoll, sys_select, sys_pselect6, sys_pause, sys_rt_sigsuspend,
};

bool syscall_is_restarted(u64 number)
{
	for (usize i = 0; i < array_len(restarted) && number < array_len(table); i++)
		if (array_at(restarted, i) == array_at(table, number))
			return true;
	return false;
}

bool syscall_is_restarted_without_handler(u64 number)
{
	for (usize i = 0; i < array_len(restarted_without_handler) && number < array_len(table);
	     i++)
		if (array_at(restarted_without_handler, i) == array_at(table, number))
			return true;
	return false;
}
