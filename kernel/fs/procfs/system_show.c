/* SPDX-License-Identifier: MPL-2.0 */
/* system_show - the texts about the whole system: memory, CPUs, times, what it is made of.  Spec:
 * proc(5). */
#include <osxtd/counts.h>
#include <osxtd/boot.h>
#include <osxtd/irq.h>

#include "abi/time.h"
#include "abi/uts.h"
#include "arch/cpuinfo.h"
#include "device/chrdev.h"
#include "fs/procfs/subject.h"
#include "sched/sched.h"
#include "time/clock.h"

enum : u64 { KIB_PER_PAGE = PAGE_SIZE / 1024, NS_PER_CENTISECOND = 10000000 };
enum : u32 { IRQ_LINES = 24 };

err_t show_nothing(const struct proc_subject *s, struct text *t)
{
	(void)s, (void)t;
	return OK;
}

/* "MemTotal:        1234 kB": the number ends in column 24. */
static void put_kib(struct text *t, struct str name, u64 kib)
{
	usize width = str_len(name);
	FMT(t, "{}:", name);
	for (; width < 15; width++)
		text_put_char(t, ' ');
	FMT(t, "{8} kB\n", kib);
}

static void put_pages(struct text *t, struct str name, u64 pages)
{
	put_kib(t, name, pages * KIB_PER_PAGE);
}

/*
 * Pages of processes that no file has: what their spaces hold beyond files' pages.  Pages that fork
 * made common count more than once, so the sum is cut at what there is.
 */
static u64 anonymous_pages(u64 at_most)
{
	u64 sum = 0;
	for (i32 pid = 0;;) {
		SCOPED(proc_subject, s, proc_subject_fini);
		SCOPED_REF(vmspace, space);
		if (!process_next(pid, &s.process))
			return min_of(sum, at_most);
		pid = process_pid(process_get(&s.process));
		(void)process_first_thread(process_get(&s.process), &s.thread);
		if (!subject_space(&s, &space))
			continue;
		struct mm_stats m = {};
		mm_stats(mm_of(vmspace_get(&space)), &m);
		sum += m.resident - min_of(m.resident, m.shared_pages);
	}
}

err_t show_meminfo(const struct proc_subject *s, struct text *t)
{
	(void)s;
	struct frame_stats f = {};
	frame_stats(&f);
	u64 anonymous = anonymous_pages(f.untyped_pages);
	u64 files = f.untyped_pages - anonymous; /* all files are in memory */
	put_pages(t, STR("MemTotal"), f.total_pages);
	put_pages(t, STR("MemFree"), f.free_pages);
	put_pages(t, STR("MemAvailable"), f.free_pages);
	put_pages(t, STR("Buffers"), 0);
	put_pages(t, STR("Cached"), files);
	put_pages(t, STR("SwapCached"), 0);
	put_pages(t, STR("Active"), anonymous);
	put_pages(t, STR("Inactive"), files);
	put_pages(t, STR("Active(anon)"), anonymous);
	put_pages(t, STR("Inactive(anon)"), files);
	put_pages(t, STR("Active(file)"), 0);
	put_pages(t, STR("Inactive(file)"), 0);
	put_pages(t, STR("Unevictable"), 0);
	put_pages(t, STR("Mlocked"), 0);
	put_pages(t, STR("SwapTotal"), 0);
	put_pages(t, STR("SwapFree"), 0);
	put_pages(t, STR("Dirty"), 0);
	put_pages(t, STR("Writeback"), 0);
	put_pages(t, STR("AnonPages"), anonymous);
	put_pages(t, STR("Mapped"), 0);
	put_pages(t, STR("Shmem"), files);
	put_pages(t, STR("KReclaimable"), 0);
	put_pages(t, STR("Slab"), f.slab_pages);
	put_pages(t, STR("SReclaimable"), 0);
	put_pages(t, STR("SUnreclaim"), f.slab_pages);
	put_pages(t, STR("KernelStack"), f.stack_pages);
	put_pages(t, STR("PageTables"), f.page_table_pages);
	put_pages(t, STR("CommitLimit"), f.total_pages / 2);
	put_pages(t, STR("Committed_AS"), anonymous);
	put_kib(t, STR("VmallocTotal"), 0);
	put_kib(t, STR("VmallocUsed"), 0);
	put_kib(t, STR("VmallocChunk"), 0);
	return OK;
}

/* The format of slabinfo(5), version 2.1; slabs are never given back, so all of them are active. */
err_t show_slabinfo(const struct proc_subject *s, struct text *t)
{
	(void)s;
	struct pool_counts c = {};
	text_put(
		t,
		STR("slabinfo - version: 2.1\n# name            <active_objs> <num_objs> <objsize> "
		    "<objperslab> <pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : "
		    "slabdata <active_slabs> <num_slabs> <sharedavail>\n"));
	for (u32 i = 0; pool_counts(i, &c); i++) {
		u64 slabs = (c.all + c.per_slab - 1) / c.per_slab;
		FMT(t, "{<17} {6} {6} {6} {4} {4}", c.name, c.live, c.all, c.size, c.per_slab,
		    c.slab_pages);
		FMT(t, " : tunables    0    0    0 : slabdata {6} {6}      0\n", slabs, slabs);
	}
	return OK;
}

err_t show_vmstat(const struct proc_subject *s, struct text *t)
{
	(void)s;
	struct frame_stats f = {};
	frame_stats(&f);
	u64 anonymous = anonymous_pages(f.untyped_pages);
	FMT(t,
	    "nr_free_pages {}\nnr_anon_pages {}\nnr_mapped 0\nnr_file_pages {}\nnr_dirty "
	    "0\nnr_writeback 0\n",
	    f.free_pages, anonymous, f.untyped_pages - anonymous);
	FMT(t,
	    "nr_slab_reclaimable 0\nnr_slab_unreclaimable {}\nnr_page_table_pages "
	    "{}\nnr_kernel_stack {}\n",
	    f.slab_pages, f.page_table_pages, f.stack_pages * KIB_PER_PAGE);
	text_put(t, STR("pgpgin 0\npgpgout 0\npswpin 0\npswpout 0\n"));
	return OK;
}

static void put_cpu_times(struct text *t, const struct process_totals *p)
{
	FMT(t, " {} 0 {} {} 0 0 0 0 0 0\n", p->user_ns / NSEC_PER_TICK,
	    p->system_ns / NSEC_PER_TICK, p->idle_ns / NSEC_PER_TICK);
}

static u64 put_irqs(struct text *t)
{
	u64 sum = 0;
	for (u32 line = 0; line < IRQ_LINES; line++)
		sum += irq_count(line);
	FMT(t, "intr {}", sum);
	for (u32 line = 0; line < IRQ_LINES; line++)
		FMT(t, " {}", irq_count(line));
	text_put_char(t, '\n');
	return sum;
}

err_t show_stat(const struct proc_subject *s, struct text *t)
{
	(void)s;
	struct process_totals p = {};
	process_get_totals(&p);
	text_put(t, STR("cpu "));
	put_cpu_times(t, &p);
	for (u32 cpu = 0; cpu < cpu_count(); cpu++) {
		struct process_totals share = {};
		process_get_cpu_totals(&p, cpu, &share);
		FMT(t, "cpu{}", cpu);
		put_cpu_times(t, &share);
	}
	(void)put_irqs(t);
	FMT(t, "ctxt {}\nbtime {}\nprocesses {}\nprocs_running {}\nprocs_blocked {}\n",
	    p.context_switches, clock_realtime_offset_ns() / NSEC_PER_SEC, p.forks,
	    max_of(p.running, 1u), p.blocked);
	text_put(t, STR("softirq 0 0 0 0 0 0 0 0 0 0 0\n"));
	return OK;
}

err_t show_interrupts(const struct proc_subject *s, struct text *t)
{
	(void)s;
	text_put(t, STR("           CPU0       \n"));
	for (u32 line = 0; line < IRQ_LINES; line++) {
		if (irq_count(line) != 0)
			FMT(t, "{3}: {10}   line\n", line, irq_count(line));
	}
	return OK;
}

static void put_seconds(struct text *t, u64 ns)
{
	FMT(t, "{}.{02}", ns / NSEC_PER_SEC, ns % NSEC_PER_SEC / NS_PER_CENTISECOND);
}

err_t show_uptime(const struct proc_subject *s, struct text *t)
{
	(void)s;
	struct process_totals p = {};
	process_get_totals(&p);
	put_seconds(t, clock_monotonic_ns());
	text_put_char(t, ' ');
	put_seconds(t, p.idle_ns);
	text_put_char(t, '\n');
	return OK;
}

err_t show_loadavg(const struct proc_subject *s, struct text *t)
{
	(void)s;
	u64 load[3] = {};
	struct process_totals p = {};
	sched_loadavg(load);
	process_get_totals(&p);
	for (usize i = 0; i < 3; i++) {
		u64 v = array_at(load, i) + 65536 / 200; /* rounded to hundredths */
		FMT(t, "{}.{02} ", v >> 16, (v & 0xffff) * 100 >> 16);
	}
	FMT(t, "{}/{} {}\n", max_of(p.running, 1u), thread_count(), process_last_pid());
	return OK;
}

err_t show_version(const struct proc_subject *s, struct text *t)
{
	(void)s;
	FMT(t, "{} version {} ({}) {}\n", STR(UTS_SYSNAME), STR(UTS_RELEASE),
	    STR("clang version 22, LLD 22"), STR(UTS_VERSION));
	return OK;
}

err_t show_cmdline(const struct proc_subject *s, struct text *t)
{
	(void)s;
	text_put(t, boot_command_line());
	text_put_char(t, '\n');
	return OK;
}

err_t show_filesystems(const struct proc_subject *s, struct text *t)
{
	(void)s;
	fs_types_show(t);
	return OK;
}

err_t show_devices(const struct proc_subject *s, struct text *t)
{
	(void)s;
	text_put(t, STR("Character devices:\n"));
	chrdev_show(t);
	text_put(t, STR("\nBlock devices:\n"));
	return OK;
}

err_t show_partitions(const struct proc_subject *s, struct text *t)
{
	(void)s;
	text_put(t, STR("major minor  #blocks  name\n\n"));
	return OK;
}

err_t show_swaps(const struct proc_subject *s, struct text *t)
{
	(void)s;
	text_put(t, STR("Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"));
	return OK;
}

/* What ps names terminals by. */
err_t show_tty_drivers(const struct proc_subject *s, struct text *t)
{
	(void)s;
	text_put(t, STR("/dev/tty             /dev/tty        5       0 system:/dev/tty\n"));
	text_put(t, STR("/dev/console         /dev/console    5       1 system:console\n"));
	text_put(t, STR("serial               /dev/ttyS       4 64-67 serial\n"));
	return OK;
}

err_t show_cpuinfo(const struct proc_subject *s, struct text *t)
{
	(void)s;
	for (u32 cpu = 0; cpu < cpu_count(); cpu++) {
		struct cpu_info c = {};
		boot_cpu_info(cpu, &c);
		arch_cpuinfo_show(cpu, &c, t);
	}
	return OK;
}
