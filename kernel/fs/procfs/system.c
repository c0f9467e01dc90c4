/* SPDX-License-Identifier: MPL-2.0 */
/* system - the files of procfs that belong to no process, and the directories they stand in. */
#include "fs/procfs/show.h"

enum : u32 {
	FILE_R = S_IFREG | 0444,
	FILE_RW = S_IFREG | 0644,
	SECRET_RW = S_IFREG | 0600,
	LINK = S_IFLNK | 0777,
	DIR = S_IFDIR | 0555
};

/* Directories; parents come first.  The first stands for the root. */
enum dir_index : u32 {
	D_ROOT,
	D_SYS,
	D_SYS_KERNEL,
	D_SYS_RANDOM,
	D_SYS_VM,
	D_SYS_FS,
	D_TTY,
	D_SYS_DEBUG,
	D_FAILSLAB,
	D_COUNT
};

static const struct inode_ops fixed_dir_ops = {};

struct fixed {
	enum dir_index dir;
	struct proc_entry entry;
	enum dir_index is; /* of a directory: its own index */
};
static const struct fixed table[] = {
	{ D_ROOT, { STR("sys"), DIR, .inode_ops = &fixed_dir_ops }, D_SYS },
	{ D_SYS, { STR("kernel"), DIR, .inode_ops = &fixed_dir_ops }, D_SYS_KERNEL },
	{ D_SYS_KERNEL, { STR("random"), DIR, .inode_ops = &fixed_dir_ops }, D_SYS_RANDOM },
	{ D_SYS, { STR("vm"), DIR, .inode_ops = &fixed_dir_ops }, D_SYS_VM },
	{ D_SYS, { STR("fs"), DIR, .inode_ops = &fixed_dir_ops }, D_SYS_FS },
	{ D_ROOT, { STR("tty"), DIR, .inode_ops = &fixed_dir_ops }, D_TTY },

	{ D_ROOT, { STR("self"), LINK, .inode_ops = &proc_self_ops }, D_ROOT },
	{ D_ROOT, { STR("thread-self"), LINK, .inode_ops = &proc_thread_self_ops }, D_ROOT },
	{ D_ROOT, { STR("mounts"), LINK, .inode_ops = &proc_mounts_link_ops }, D_ROOT },
	{ D_ROOT, { STR("cmdline"), FILE_R, .show = show_cmdline }, D_ROOT },
	{ D_ROOT, { STR("cpuinfo"), FILE_R, .show = show_cpuinfo }, D_ROOT },
	{ D_ROOT, { STR("devices"), FILE_R, .show = show_devices }, D_ROOT },
	{ D_ROOT, { STR("diskstats"), FILE_R, .show = show_nothing }, D_ROOT },
	{ D_ROOT, { STR("filesystems"), FILE_R, .show = show_filesystems }, D_ROOT },
	{ D_ROOT, { STR("interrupts"), FILE_R, .show = show_interrupts }, D_ROOT },
	{ D_ROOT, { STR("kmsg"), S_IFREG | 0400, .inode_ops = &proc_kmsg_ops }, D_ROOT },
	{ D_ROOT, { STR("loadavg"), FILE_R, .show = show_loadavg }, D_ROOT },
	{ D_ROOT, { STR("meminfo"), FILE_R, .show = show_meminfo }, D_ROOT },
	{ D_ROOT, { STR("modules"), FILE_R, .show = show_nothing }, D_ROOT },
	{ D_ROOT, { STR("partitions"), FILE_R, .show = show_partitions }, D_ROOT },
	{ D_ROOT, { STR("slabinfo"), S_IFREG | 0400, .show = show_slabinfo }, D_ROOT },
	{ D_ROOT, { STR("stat"), FILE_R, .show = show_stat }, D_ROOT },
	{ D_ROOT, { STR("swaps"), FILE_R, .show = show_swaps }, D_ROOT },
	{ D_ROOT, { STR("uptime"), FILE_R, .show = show_uptime }, D_ROOT },
	{ D_ROOT, { STR("version"), FILE_R, .show = show_version }, D_ROOT },
	{ D_ROOT, { STR("vmstat"), FILE_R, .show = show_vmstat }, D_ROOT },
	{ D_TTY, { STR("drivers"), FILE_R, .show = show_tty_drivers }, D_ROOT },

	{ D_SYS_KERNEL, { STR("cap_last_cap"), FILE_R, .show = show_cap_last_cap }, D_ROOT },
	{ D_SYS_KERNEL,
	  { STR("dmesg_restrict"), FILE_RW, .show = show_dmesg_restrict,
	    .write = write_dmesg_restrict },
	  D_ROOT },
	{ D_SYS_KERNEL,
	  { STR("kptr_restrict"), FILE_RW, .show = show_kptr_restrict,
	    .write = write_kptr_restrict },
	  D_ROOT },
	{ D_SYS_KERNEL, { STR("domainname"), FILE_R, .show = show_domainname }, D_ROOT },
	{ D_SYS_KERNEL,
	  { STR("hostname"), FILE_RW, .show = show_hostname, .write = write_hostname },
	  D_ROOT },
	{ D_SYS_KERNEL, { STR("ngroups_max"), FILE_R, .show = show_ngroups_max }, D_ROOT },
	{ D_SYS_KERNEL,
	  { STR("oops_limit"), FILE_RW, .show = show_oops_limit, .write = write_oops_limit },
	  D_ROOT },
	{ D_SYS_KERNEL,
	  { STR("panic_on_oops"), FILE_RW, .show = show_panic_on_oops,
	    .write = write_panic_on_oops },
	  D_ROOT },
	{ D_SYS_KERNEL,
	  { STR("tainted"), FILE_RW, .show = show_tainted, .write = write_tainted },
	  D_ROOT },
#ifdef KTESTS /* only kernels that carry their tests can be made to fail on purpose */
	{ D_SYS_KERNEL,
	  { STR("provoke_crash"), S_IFREG | 0200, .write = write_provoke_crash },
	  D_ROOT },
#endif
	{ D_SYS_KERNEL, { STR("osrelease"), FILE_R, .show = show_osrelease }, D_ROOT },
	{ D_SYS_KERNEL, { STR("ostype"), FILE_R, .show = show_ostype }, D_ROOT },
	{ D_SYS_KERNEL, { STR("overflowgid"), FILE_R, .show = show_overflow_id }, D_ROOT },
	{ D_SYS_KERNEL, { STR("overflowuid"), FILE_R, .show = show_overflow_id }, D_ROOT },
	{ D_SYS_KERNEL,
	  { STR("pid_max"), FILE_RW, .show = show_pid_max, .write = write_pid_max },
	  D_ROOT },
	{ D_SYS_KERNEL,
	  { STR("printk"), FILE_RW, .show = show_printk, .write = write_printk },
	  D_ROOT },
	{ D_SYS_KERNEL,
	  { STR("randomize_va_space"), FILE_RW, .show = show_aslr, .write = write_aslr },
	  D_ROOT },
	{ D_SYS_KERNEL,
	  { STR("sched_rr_timeslice_ms"), FILE_R, .show = show_rr_timeslice },
	  D_ROOT },
	{ D_SYS_KERNEL,
	  { STR("sched_rt_period_us"), FILE_RW, .show = show_rt_period, .write = write_rt_period },
	  D_ROOT },
	{ D_SYS_KERNEL,
	  { STR("sched_rt_runtime_us"), FILE_RW, .show = show_rt_runtime,
	    .write = write_rt_runtime },
	  D_ROOT },
	{ D_SYS_KERNEL, { STR("threads-max"), FILE_R, .show = show_threads_max }, D_ROOT },
	{ D_SYS_KERNEL, { STR("version"), FILE_R, .show = show_kversion }, D_ROOT },
	{ D_SYS_RANDOM, { STR("boot_id"), FILE_R, .show = show_boot_id }, D_ROOT },
	{ D_SYS_RANDOM, { STR("entropy_avail"), FILE_R, .show = show_entropy_avail }, D_ROOT },
	{ D_SYS_RANDOM, { STR("poolsize"), FILE_R, .show = show_poolsize }, D_ROOT },
	{ D_SYS_RANDOM, { STR("uuid"), FILE_R, .show = show_uuid }, D_ROOT },
	{ D_SYS_VM, { STR("max_map_count"), FILE_R, .show = show_max_map_count }, D_ROOT },
	{ D_SYS_VM, { STR("mmap_min_addr"), FILE_R, .show = show_mmap_min_addr }, D_ROOT },
	{ D_SYS_VM, { STR("overcommit_memory"), FILE_R, .show = show_overcommit }, D_ROOT },
	{ D_SYS_VM, { STR("overcommit_ratio"), FILE_R, .show = show_overcommit_ratio }, D_ROOT },
	{ D_SYS_VM, { STR("swappiness"), FILE_R, .show = show_zero }, D_ROOT },
	{ D_SYS_FS, { STR("file-max"), FILE_R, .show = show_file_max }, D_ROOT },
	{ D_SYS_FS, { STR("file-nr"), FILE_R, .show = show_file_nr }, D_ROOT },
	{ D_SYS_FS, { STR("nr_open"), FILE_R, .show = show_nr_open }, D_ROOT },
	{ D_SYS_FS, { STR("pipe-max-size"), FILE_R, .show = show_pipe_max_size }, D_ROOT },
#ifdef OSXTD_DEBUG
	{ D_SYS_KERNEL,
	  { STR("hung_task_timeout_secs"), FILE_RW, .show = show_hung_task_timeout,
	    .write = write_hung_task_timeout },
	  D_ROOT },
	{ D_SYS_KERNEL,
	  { STR("watchdog_thresh"), FILE_RW, .show = show_watchdog_thresh,
	    .write = write_watchdog_thresh },
	  D_ROOT },
	{ D_SYS, { STR("debug"), DIR, .inode_ops = &fixed_dir_ops }, D_SYS_DEBUG },
	{ D_SYS_DEBUG, { STR("failslab"), DIR, .inode_ops = &fixed_dir_ops }, D_FAILSLAB },
	{ D_SYS_DEBUG, { STR("counts"), S_IFREG | 0400, .show = show_counts }, D_ROOT },
	{ D_FAILSLAB,
	  { STR("probability"), SECRET_RW, .show = show_probability, .write = write_probability },
	  D_ROOT },
	{ D_FAILSLAB,
	  { STR("interval"), SECRET_RW, .show = show_interval, .write = write_interval },
	  D_ROOT },
	{ D_FAILSLAB,
	  { STR("times"), SECRET_RW, .show = show_times, .write = write_times },
	  D_ROOT },
	{ D_FAILSLAB,
	  { STR("space"), SECRET_RW, .show = show_space, .write = write_space },
	  D_ROOT },
	{ D_FAILSLAB,
	  { STR("task-filter"), SECRET_RW, .show = show_task_filter, .write = write_task_filter },
	  D_ROOT },
	{ D_FAILSLAB, { STR("site"), SECRET_RW, .show = show_site, .write = write_site }, D_ROOT },
#endif
};
static_assert(array_len(table) + 2 < PROC_PID_POS);

/* The root's own inode has number 1. */
static i32 number_of(usize index)
{
	return (i32)index + 2;
}

static err_t add(struct super *s, usize index, struct dentry *parent, struct dentry_ref *out)
{
	const struct proc_entry *e = &array_at(table, index).entry;
	SCOPED_REF(inode, i);
	TRY(proc_inode_new(e, nullptr, number_of(index), &i));
	return super_add(s, parent, e->name, inode_move(&i), out);
}

struct made_dirs {
	struct dentry_ref dir[D_COUNT];
};
static void made_dirs_fini(struct made_dirs *m)
{
	for (usize i = 0; i < D_COUNT; i++)
		dentry_drop(&array_at(m->dir, i));
}

err_t proc_system_build(struct super *s)
{
	struct made_dirs made CLEANUP(made_dirs_fini) = {};
	for (usize i = 0; i < array_len(table); i++) {
		const struct fixed *f = &array_at(table, i);
		SCOPED_REF(dentry, d);
		TRY(add(s, i, dentry_get_or_null(&array_at(made.dir, f->dir)), &d));
		if (f->is != D_ROOT)
			array_at(made.dir, f->is) = dentry_move(&d);
	}
	return OK;
}

err_t proc_system_readdir(struct dir_sink *sink, u64 *pos)
{
	for (; *pos < array_len(table) + 2; (*pos)++) {
		usize i = (usize)*pos - 2;
		const struct fixed *f = &array_at(table, i);
		if (f->dir != D_ROOT)
			continue;
		u64 ino = proc_ino(0, 0, &f->entry, number_of(i));
		if (!dir_emit(sink, f->entry.name, ino, (u8)((f->entry.mode & S_IFMT) >> 12),
			      *pos + 1))
			return OK;
	}
	*pos = max_of(*pos, (u64)PROC_PID_POS);
	return OK;
}
