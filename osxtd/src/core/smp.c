/* SPDX-License-Identifier: MPL-2.0 */
/* smp - see smp.h. */
#include "core/smp.h"

#include <osxtd/atomic.h>
#include <osxtd/log.h>
#include <osxtd/power.h>
#include <osxtd/timer.h>

#include "boot_info.h"
#include "console.h"
#include "core/sched.h"
#include "mm/paging.h"
#include "mm/pte.h"
#include "panic.h"

/* A call of a task may be interrupted by a handler that makes one: each has its own place. */
enum request_level : u32 { OF_TASKS, OF_HANDLERS, REQUEST_LEVELS };

/* What one CPU asks of others; written by it alone, while nobody owes it an answer. */
struct cpu_request {
	void (*fn)(const void *arg);
	const void *arg;
	struct atomic_u64 awaited; /* CPUs that have not answered yet */
};
struct cpu_requests {
	struct cpu_request at[REQUEST_LEVELS];
};
PER_CPU(struct cpu_requests, requests);

/* What others want of a CPU. */
struct cpu_mailbox {
	struct atomic_u64 callers[REQUEST_LEVELS]; /* CPUs whose request is to be answered */
	struct atomic_u32 reschedule, stop;
};
PER_CPU(struct cpu_mailbox, mailboxes);

static struct atomic_u64 shared online = { 1 };
static struct atomic_u32 shared count = { 1 }; /* of the CPUs that are numbered */

u32 cpu_count(void)
{
	return atomic_u32_load(&count);
}

u64 cpus_online(void)
{
	return atomic_u64_load(&online);
}

static u64 bit_of(u32 cpu)
{
	return (u64)1 << (cpu % CPU_MAX);
}

u64 cpus_others(void)
{
	return cpus_online() & ~bit_of(cpu_id());
}

/* ---- requests ---- */

static void answer_now(void)
{
	struct cpu_mailbox *box = this_cpu(mailboxes);
	u64 self = bit_of(cpu_id());
	for (u32 level = 0; level < REQUEST_LEVELS; level++) {
		u64 callers = atomic_u64_swap(&array_at(box->callers, level), 0);
		for (; callers != 0; callers &= callers - 1) {
			u32 caller = (u32)__builtin_ctzll(callers);
			struct cpu_request *r = &array_at(per_cpu(requests, caller)->at, level);
			r->fn(r->arg);
			(void)atomic_u64_and(&r->awaited, ~self);
		}
	}
	if (unlikely(atomic_u32_load(&box->stop) != 0))
		power_halt();
}

void cpu_answer(void)
{
	const struct cpu_mailbox *box = this_cpu(mailboxes);
	if ((atomic_u64_load(&box->callers[OF_TASKS]) |
	     atomic_u64_load(&box->callers[OF_HANDLERS]) | atomic_u32_load(&box->stop)) == 0)
		return;
	u64 flags = irq_save();
	answer_now();
	irq_restore(flags);
}

void ipi_received(void)
{
	answer_now();
	if (atomic_u32_swap(&this_cpu(mailboxes)->reschedule, 0) != 0)
		cpu_set_need_resched();
}

static void post(u64 cpus, enum request_level level)
{
	u64 self = bit_of(cpu_id());
	for (u64 left = cpus; left != 0; left &= left - 1) {
		struct cpu_mailbox *box = per_cpu(mailboxes, (u32)__builtin_ctzll(left));
		(void)atomic_u64_or(&array_at(box->callers, level), self);
	}
	arch_ipi_send(cpus);
}

/* ---- a CPU that does not answer ---- */

enum : u64 { PATIENCE_NS = 20000000000, SILENCE_NS = 10000000000 };
static struct atomic_u64 shared silence_ns = { SILENCE_NS };
static struct atomic_u32 shared silences;

static void to_console(struct str line)
{
	console_write_last(str_bytes(line));
	console_write_last(str_bytes(STR("\r\n")));
}

/* It may hold any lock, the console's too. */
static COLD void report_silent(u64 cpus)
{
	(void)atomic_u32_add(&silences, 1);
	for (; cpus != 0; cpus &= cpus - 1)
		REPORT_LINE(to_console,
			    "BUG: CPU {} hangs: it has not answered CPU {} for {} seconds",
			    (u32)__builtin_ctzll(cpus), cpu_id(),
			    atomic_u64_load(&silence_ns) / 1000000000);
}

#ifdef KTESTS
u64 smp_set_silence_ns(u64 ns)
{
	return atomic_u64_swap(&silence_ns, ns);
}
u32 smp_silences(void)
{
	return atomic_u32_load(&silences);
}
#endif

static void wait_for_answers(const struct cpu_request *r)
{
	enum : u32 { ROUNDS_UNTIL_LOOK = 256 };
	u64 deadline = 0;
	u32 rounds = 0;
	while (atomic_u64_load_acquire(&r->awaited) != 0) {
		cpu_wait(&rounds);
		if (likely(rounds % ROUNDS_UNTIL_LOOK != 0))
			continue;
		u64 now = clock_monotonic_ns();
		if (deadline == 0)
			deadline = now + atomic_u64_load(&silence_ns);
		if (now < deadline)
			continue;
		report_silent(atomic_u64_load(&r->awaited));
		deadline = UINT64_MAX;
	}
}

/* Interrupts are as they were while it waits; the caller's task stays on this CPU, as nothing takes
 * the CPU from kernel code. */
void cpu_call_others(u64 cpus, void (*fn)(const void *arg), const void *arg)
{
	u64 flags = irq_save();
	enum request_level level = cpu_in_irq() ? OF_HANDLERS : OF_TASKS;
	struct cpu_request *r = &array_at(this_cpu(requests)->at, level);
	cpus &= cpus_others();
	if (cpus != 0) {
		r->fn = fn;
		r->arg = arg;
		atomic_u64_store_release(&r->awaited, cpus);
		post(cpus, level);
	}
	irq_restore(flags);
	if (cpus != 0)
		wait_for_answers(r);
}

void cpu_kick(u32 cpu)
{
	if (atomic_u32_swap(&per_cpu(mailboxes, cpu)->reschedule, 1) == 0)
		arch_ipi_send(bit_of(cpu));
}

void cpus_stop_others(void)
{
	u64 others = cpus_others();
	for (u64 left = others; left != 0; left &= left - 1)
		atomic_u32_store(&per_cpu(mailboxes, (u32)__builtin_ctzll(left))->stop, 1);
	if (others != 0)
		arch_ipi_send(others);
}

/* ---- the translation buffers ---- */

struct forget {
	u64 root, start, end;
};

static void forget(const void *arg)
{
	UNSAFE("1. tlb_call_others, which made it, waits until this has returned")
	const struct forget *f = (const struct forget *)arg;
	tlb_forget_range(f->root, f->start, f->end);
}

void tlb_call_others(u64 cpus, u64 root, u64 start, u64 end)
{
	struct forget f = { root, start, end };
	cpu_call_others(cpus, forget, &f);
}

/* ---- starting ---- */

static struct atomic_u32 shared expected; /* the CPU that was started and has not come; 0: none */

void smp_enter(void)
{
	root_load(paging_kernel_root());
	u32 self = cpu_id();
	if (!atomic_u32_cas(&expected, &self, 0))
		power_halt(); /* it comes too late */
	(void)atomic_u64_or(&online, bit_of(cpu_id()));
	sched_start();
}

/* nosmp, and the smaller of nr_cpus= and maxcpus=; a maxcpus of 0 is nosmp, as for Linux. */
static u32 allowed_cpus(void)
{
	struct str value = {};
	u64 n = 0, least = CPU_MAX;
	if (boot_option(STR("nosmp"), &value))
		return 1;
	if (boot_option(STR("nr_cpus"), &value) && str_to_u64(value, 10, &n) && n != 0)
		least = min_of(least, n);
	if (boot_option(STR("maxcpus"), &value) && str_to_u64(value, 10, &n))
		least = min_of(least, n);
	return (u32)max_of(least, (u64)1);
}

void smp_init(void)
{
	boot_info.cpu_count = max_of(boot_info.cpu_count, 1u);
	boot_info.cpu_count = min_of(boot_info.cpu_count, allowed_cpus());
	atomic_u32_store(&count, boot_info.cpu_count);
}

enum start : u32 { STARTED, REFUSED, SILENT };

/* A CPU that does not come may come any time: its number, its stack and what it finds in memory
 * stay as they are. */
static enum start start_one(u32 cpu)
{
	u64 stack = 0;
	if (sched_init_cpu(cpu, &stack) != OK)
		return REFUSED;
	atomic_u32_store_release(&expected, cpu);
	if (!arch_cpu_start(cpu, stack))
		return REFUSED;
	u64 deadline = clock_monotonic_ns() + PATIENCE_NS;
	u32 rounds = 0;
	while (atomic_u32_load_acquire(&expected) != 0) {
		u32 late = cpu;
		if (clock_monotonic_ns() > deadline && atomic_u32_cas(&expected, &late, 0))
			return SILENT;
		cpu_wait(&rounds);
	}
	while ((cpus_online() & bit_of(cpu)) == 0)
		cpu_wait(&rounds);
	return STARTED;
}

void cpus_start(void)
{
	u32 numbered = 1;
	enum start last = STARTED;
	for (u32 i = 1; i < boot_info.cpu_count && last != SILENT; i++) {
		u64 hw = array_at(boot_info.cpu_hw, i);
		array_at(boot_info.cpu_hw, numbered) = hw;
		last = start_one(numbered);
		if (last == STARTED)
			numbered++;
		else
			LOG(ERR, "smp: CPU {} {}", hw,
			    last == REFUSED ? STR("cannot be started")
					    : STR("does not come; no other is started"));
	}
	atomic_u32_store(&count, numbered);
	if (numbered > 1)
		LOG(INFO, "smp: {} CPUs run", numbered);
}
