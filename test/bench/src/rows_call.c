// SPDX-License-Identifier: MPL-2.0
/*
 * Rows about entering the kernel: the null call, clocks, yielding, futexes and signals.
 *
 * `null_syscall` is getppid: it has no argument, no vDSO or library answers it, and every kernel
 * must look at a live process to answer, so none can return early.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

static long parent;

static verdict null_setup(void)
{
	parent = NEED("getppid", SYS0(SYS_getppid));
	return parent == getppid() ? nullptr : failure("getppid disagrees");
}

static verdict null_run(unsigned ops)
{
	REPEAT(ops, "getppid", SYS0(SYS_getppid), parent);
	return nullptr;
}

/* clock_gettime by the kernel's own vDSO, found as a C library finds it. */

typedef int (*clock_fn)(clockid_t, struct timespec *);

static clock_fn vdso_clock;
static struct timespec first_time;
static struct timespec last_time;

/* How many symbols a table of GNU's format speaks of: one more than the last of its chains. */
static uint32_t gnu_symbols(const uint32_t *table)
{
	const uint32_t *buckets = table + 4 + table[2] * 2;
	const uint32_t *chains = buckets + table[0];
	uint32_t last = 0;

	for (uint32_t i = 0; i < table[0]; i++)
		last = buckets[i] > last ? buckets[i] : last;
	if (last == 0)
		return 0;
	while ((chains[last - table[1]] & 1) == 0)
		last++;
	return last + 1;
}

static clock_fn vdso_find(const char *wanted)
{
	const char *base = (const char *)getauxval(AT_SYSINFO_EHDR);
	const Elf64_Ehdr *head = (const Elf64_Ehdr *)base;
	const Elf64_Dyn *dyn = nullptr;
	const Elf64_Sym *symbols = nullptr;
	const char *names = nullptr;
	uint32_t count = 0;
	const char *shift = nullptr;

	if (base == nullptr)
		return nullptr;
	const Elf64_Phdr *ph = (const Elf64_Phdr *)(base + head->e_phoff);
	for (unsigned i = 0; i < head->e_phnum; i++) {
		if (ph[i].p_type == PT_LOAD && shift == nullptr)
			shift = base + ph[i].p_offset - ph[i].p_vaddr;
		if (ph[i].p_type == PT_DYNAMIC)
			dyn = (const Elf64_Dyn *)(base + ph[i].p_offset);
	}
	for (; shift != nullptr && dyn != nullptr && dyn->d_tag != DT_NULL; dyn++) {
		if (dyn->d_tag == DT_SYMTAB)
			symbols = (const Elf64_Sym *)(shift + dyn->d_un.d_ptr);
		if (dyn->d_tag == DT_STRTAB)
			names = shift + dyn->d_un.d_ptr;
		if (dyn->d_tag == DT_HASH)
			count = ((const uint32_t *)(shift + dyn->d_un.d_ptr))[1];
		if (dyn->d_tag == DT_GNU_HASH && count == 0)
			count = gnu_symbols((const uint32_t *)(shift + dyn->d_un.d_ptr));
	}
	if (symbols == nullptr || names == nullptr)
		return nullptr;
	for (uint32_t i = 0; i < count; i++)
		if (symbols[i].st_shndx != 0 && strcmp(names + symbols[i].st_name, wanted) == 0)
			return (clock_fn)(shift + symbols[i].st_value);
	return nullptr;
}

/* Time must have moved on, by no more than a minute: both ways to ask must read one clock. */
static verdict clock_check(void)
{
	long ns = (last_time.tv_sec - first_time.tv_sec) * 1000000000 +
		  (last_time.tv_nsec - first_time.tv_nsec);

	if (ns <= 0 || ns > 60000000000)
		return failure("the clock moved by %ld ns", ns);
	return nullptr;
}

static verdict vdso_setup(void)
{
	vdso_clock = vdso_find("__vdso_clock_gettime");
	if (vdso_clock == nullptr)
		return failure("no __vdso_clock_gettime");
	NEED("clock_gettime", SYS2(SYS_clock_gettime, CLOCK_MONOTONIC, &first_time));
	return nullptr;
}

static verdict vdso_run(unsigned ops)
{
	REPEAT(ops, "vdso clock_gettime", vdso_clock(CLOCK_MONOTONIC, &last_time), 0);
	return nullptr;
}

static verdict clock_setup(void)
{
	NEED("clock_gettime", SYS2(SYS_clock_gettime, CLOCK_MONOTONIC, &first_time));
	return nullptr;
}

static verdict clock_run(unsigned ops)
{
	REPEAT(ops, "clock_gettime", SYS2(SYS_clock_gettime, CLOCK_MONOTONIC, &last_time), 0);
	return nullptr;
}

static verdict yield_run(unsigned ops)
{
	REPEAT(ops, "sched_yield", SYS0(SYS_sched_yield), 0);
	return nullptr;
}

/*
 * futex_wake is the wake that finds nobody: what every unlock of a once contended mutex pays. That
 * the same call does wake a sleeper is checked after the last round.
 */
static uint32_t word;
static uint32_t sleeper_left;

static long futex(uint32_t *at, int op, uint32_t value)
{
	return SYS6(SYS_futex, at, op, value, 0, 0, 0);
}

static verdict futex_run(unsigned ops)
{
	REPEAT(ops, "futex wake", futex(&word, FUTEX_WAKE_PRIVATE, 1), 0);
	return nullptr;
}

static void *sleeper(void *unused)
{
	while (__atomic_load_n(&word, __ATOMIC_ACQUIRE) == 0)
		futex(&word, FUTEX_WAIT_PRIVATE, 0);
	__atomic_store_n(&sleeper_left, 1, __ATOMIC_RELEASE);
	return unused;
}

static verdict futex_finish(void)
{
	pthread_t thread;
	long woken = 0;

	if (pthread_create(&thread, nullptr, sleeper, nullptr) != 0)
		return failure("no thread to wake");
	for (int i = 0; i < 100000 && woken == 0; i++) {
		SYS0(SYS_sched_yield);
		woken = NEED("futex wake", futex(&word, FUTEX_WAKE_PRIVATE, 1));
	}
	if (woken != 1 || __atomic_load_n(&sleeper_left, __ATOMIC_ACQUIRE) != 0)
		return failure("the sleeper was not woken");
	__atomic_store_n(&word, 1, __ATOMIC_RELEASE);
	NEED("futex wake", futex(&word, FUTEX_WAKE_PRIVATE, 1));
	pthread_join(thread, nullptr);
	return sleeper_left == 1 ? nullptr : failure("the sleeper did not end");
}

/* Two threads hand a turn to and fro: two wakes of a sleeper, two waits, two switches. */
static uint32_t turn;
static pthread_t partner;

static void hand_over(uint32_t from, uint32_t to)
{
	uint32_t now;

	while ((now = __atomic_load_n(&turn, __ATOMIC_ACQUIRE)) != from && now != 2)
		futex(&turn, FUTEX_WAIT_PRIVATE, now);
	if (now == 2)
		return;
	__atomic_store_n(&turn, to, __ATOMIC_RELEASE);
	futex(&turn, FUTEX_WAKE_PRIVATE, 1);
}

static void *partner_main(void *unused)
{
	while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != 2)
		hand_over(1, 0);
	return unused;
}

static verdict handover_setup(void)
{
	return pthread_create(&partner, nullptr, partner_main, nullptr) == 0
		       ? nullptr
		       : failure("pthread_create");
}

static verdict handover_run(unsigned ops)
{
	for (unsigned i = 0; i < ops; i++)
		hand_over(0, 1);
	return nullptr;
}

static verdict handover_finish(void)
{
	while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != 0)
		SYS0(SYS_sched_yield);
	__atomic_store_n(&turn, 2, __ATOMIC_RELEASE);
	NEED("futex wake", futex(&turn, FUTEX_WAKE_PRIVATE, 1));
	return pthread_join(partner, nullptr) == 0 ? nullptr : failure("pthread_join");
}

/* Signals. */

static volatile unsigned delivered;
static long self;

static void on_signal(int number)
{
	(void)number;
	delivered++;
}

static void on_signal_too(int number)
{
	(void)number;
	delivered += 1000;
}

static const struct kernel_sigaction actions[2] = {
	KERNEL_SIGACTION(on_signal),
	KERNEL_SIGACTION(on_signal_too),
};

static long install(const struct kernel_sigaction *new, struct kernel_sigaction *old)
{
	return SYS4(SYS_rt_sigaction, SIGUSR1, new, old, 8);
}

static verdict install_run(unsigned ops)
{
	REPEAT(ops, "rt_sigaction", install(&actions[repeat_i & 1], nullptr), 0);
	return nullptr;
}

static verdict install_finish(void)
{
	struct kernel_sigaction now;

	NEED("rt_sigaction", install(&actions[0], &now));
	if (now.handler != on_signal_too)
		return failure("the last handler is not installed");
	return nullptr;
}

static verdict deliver_setup(void)
{
	self = SYS0(SYS_getpid);
	NEED("rt_sigaction", install(&actions[0], nullptr));
	return nullptr;
}

static verdict deliver_before(unsigned ops)
{
	(void)ops;
	delivered = 0;
	return nullptr;
}

static verdict deliver_run(unsigned ops)
{
	REPEAT(ops, "kill", SYS2(SYS_kill, self, SIGUSR1), 0);
	return nullptr;
}

static verdict deliver_after(unsigned ops)
{
	if (delivered != ops)
		return failure("%u of %u signals were handled", delivered, ops);
	return nullptr;
}

static verdict clock_finish(void)
{
	return clock_check();
}

const struct row rows_call[] = {
	{ "null_syscall", 200, null_setup, nullptr, null_run, nullptr, nullptr },
	{ "clock_gettime_vdso", 400, vdso_setup, nullptr, vdso_run, nullptr, clock_finish },
	{ "clock_gettime_syscall", 200, clock_setup, nullptr, clock_run, nullptr, clock_finish },
	{ "sched_yield", 100, nullptr, nullptr, yield_run, nullptr, nullptr },
	{ "futex_wake", 200, nullptr, nullptr, futex_run, nullptr, futex_finish },
	{ "signal_install", 200, nullptr, nullptr, install_run, nullptr, install_finish },
	{ "signal_delivery", 50, deliver_setup, deliver_before, deliver_run, deliver_after,
	  nullptr },
	{ "futex_handover", 20, handover_setup, nullptr, handover_run, nullptr, handover_finish },
	{},
};
