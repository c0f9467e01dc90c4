/* SPDX-License-Identifier: MPL-2.0 */
/* show - the texts of procfs by file; the names are those of the files.  See node.h for what a show
 * operation is. */
#pragma once
#include "fs/procfs/node.h"

typedef err_t proc_show_fn(const struct proc_subject *s, struct text *t);
typedef err_t proc_write_fn(const struct proc_subject *s, struct str text);

/* system_show.c */
proc_show_fn show_meminfo, show_stat, show_uptime, show_loadavg, show_vmstat, show_interrupts,
	show_version, show_cpuinfo, show_cmdline, show_filesystems, show_devices, show_partitions,
	show_swaps, show_nothing, show_tty_drivers, show_slabinfo;
/* sysctl.c */
proc_show_fn show_hostname, show_domainname, show_osrelease, show_ostype, show_kversion,
	show_pid_max, show_uuid, show_boot_id, show_entropy_avail, show_poolsize, show_ngroups_max,
	show_cap_last_cap, show_printk, show_threads_max, show_zero, show_max_map_count,
	show_file_max, show_file_nr, show_nr_open, show_pipe_max_size, show_overcommit,
	show_overcommit_ratio, show_aslr, show_dmesg_restrict, show_kptr_restrict, show_overflow_id,
	show_mmap_min_addr;
proc_write_fn write_hostname, write_pid_max, write_printk, write_aslr, write_dmesg_restrict,
	write_kptr_restrict;

/* A string written to a file of /proc/sys ends at the first newline or NUL. */
struct str proc_first_line(struct str s);
/* The caller, if it is a thread, has cap.  ERR_PERM. */
err_t proc_need_cap(enum cap cap);

/* sysctl_oops.c */
proc_show_fn show_panic_on_oops, show_oops_limit, show_tainted;
proc_write_fn write_panic_on_oops, write_oops_limit, write_tainted;
/* sysctl_sched.c */
proc_show_fn show_rt_period, show_rt_runtime, show_rr_timeslice;
proc_write_fn write_rt_period, write_rt_runtime;
/* provoke_crash.c */
proc_write_fn write_provoke_crash;
#ifdef OSXTD_DEBUG
/* debug_files.c */
proc_show_fn show_counts, show_fail_nth, show_make_it_fail, show_probability, show_interval,
	show_times, show_space, show_task_filter, show_site;
proc_write_fn write_fail_nth, write_make_it_fail, write_probability, write_interval, write_times,
	write_space, write_task_filter, write_site;
/* sysctl_hung.c */
proc_show_fn show_hung_task_timeout, show_watchdog_thresh;
proc_write_fn write_hung_task_timeout, write_watchdog_thresh;
#endif

/* pid_sched.c, pid_stat.c, pid_status.c */
proc_show_fn show_pid_sched, show_pid_schedstat, show_pid_stat, show_pid_statm, show_pid_status;
/* pid_maps.c */
proc_show_fn show_pid_maps, show_pid_smaps;
/* pid_show.c */
proc_show_fn show_pid_cmdline, show_pid_environ, show_pid_auxv, show_pid_comm, show_pid_mounts,
	show_pid_mountinfo, show_pid_limits, show_pid_io, show_pid_wchan, show_pid_oom_score,
	show_pid_oom_score_adj, show_pid_timerslack, show_pid_cgroup, show_pid_personality,
	show_pid_fdinfo, show_pid_id_map, show_pid_no_id;
proc_write_fn write_pid_comm, write_pid_oom_score_adj, write_pid_timerslack;

/* links.c, fd.c, pid.c, pid_mem.c, kmsg_file.c */
extern const struct inode_ops proc_self_ops, proc_thread_self_ops, proc_exe_ops, proc_cwd_ops,
	proc_root_ops, proc_fd_dir_ops, proc_fdinfo_dir_ops, proc_task_dir_ops, proc_mem_ops,
	proc_kmsg_ops, proc_mounts_link_ops;
