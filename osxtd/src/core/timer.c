/* SPDX-License-Identifier: MPL-2.0 */
/*
 * timer - the monotonic clock from the CPU's counter, and one-shot timers in one tree per CPU.
 *
 * The tree is in the order in which timers must fire.  The hardware timer of a CPU is always set
 * for the earlier of that and its scheduler tick, or stopped; a timer that may be late (slack)
 * fires with whatever interrupt comes once it is due.
 */
#include <arch/timer.h>
#include <osxtd/lock.h>
#include <osxtd/timer.h>

#include "core/sched.h"
#include "core/smp.h"
#include "core/timer.h"

LOCK_CLASS_RAW(timer, irq);
LOCK_CLASS_RAW(timers, irq);
struct cpu_timers {
	struct spin_raw lock;
	struct tree_raw tree;
	struct timer *running;
	u64 tick_ns;	   /* deadline of the scheduler's tick; 0: none */
	u64 programmed_ns; /* what the hardware is set for; 0: stopped */
};
PER_CPU(struct cpu_timers, cpu_timers);
/* It interrupts until it is set again or stopped. */
enum : u64 { FIRED = UINT64_MAX };

/* ---- the clock ---- */

/*
 * Monotonic time is a line through (base_counter, base_ns) whose slope clock_steer changes.  A
 * change counts `begun` up before it and `done` after it: a reader that saw the same number in
 * both, done first, saw one line.  No reader on the writer's CPU comes in between, as its
 * interrupts are off.
 */
struct clock_line {
	u32 done;
	u32 begun;
	struct clock_params now;
};
static alignas(64) struct clock_line shared clock; /* one line of the cache */
static struct clock_params shared unsteered;	   /* written once at boot */
LOCK_CLASS_RAW(clock_line, irq);
static struct spin_raw shared clock_lock;

void clock_init(void)
{
	u64 hz = arch_counter_hz();
	unsteered = (struct clock_params){
		.base_counter = arch_counter(),
		.frequency_hz = hz,
		.mult = (u64)(((__uint128_t)1000000000 << CLOCK_SHIFT) / hz),
	};
	clock.now = unsteered;
}

ALWAYS_INLINE u64 ns_at(const struct clock_params *line, u64 counter)
{
	u64 passed = counter - __atomic_load_n(&line->base_counter, __ATOMIC_RELAXED);
	u64 mult = __atomic_load_n(&line->mult, __ATOMIC_RELAXED);
	return __atomic_load_n(&line->base_ns, __ATOMIC_RELAXED) +
	       (u64)(((__uint128_t)passed * mult) >> CLOCK_SHIFT);
}

ALWAYS_INLINE u32 read_begins(void)
{
	return __atomic_load_n(&clock.done, __ATOMIC_ACQUIRE);
}

ALWAYS_INLINE bool read_failed(u32 version)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return unlikely(__atomic_load_n(&clock.begun, __ATOMIC_RELAXED) != version);
}

struct clock_params clock_params(void)
{
	struct clock_params line = { .frequency_hz = unsteered.frequency_hz };
	u32 version = 0;
	do {
		version = read_begins();
		line.base_counter = __atomic_load_n(&clock.now.base_counter, __ATOMIC_RELAXED);
		line.base_ns = __atomic_load_n(&clock.now.base_ns, __ATOMIC_RELAXED);
		line.mult = __atomic_load_n(&clock.now.mult, __ATOMIC_RELAXED);
	} while (read_failed(version));
	return line;
}

struct clock_params clock_raw_params(void)
{
	return unsteered;
}

u64 clock_monotonic_ns(void)
{
	u32 version = 0;
	u64 ns = 0;
	do {
		version = read_begins();
		ns = ns_at(&clock.now, arch_counter());
	} while (read_failed(version));
	return ns;
}

u64 clock_raw_ns(void)
{
	return ns_at(&unsteered, arch_counter());
}

/* A deadline that has passed is met at once. */
static u64 counter_of_ns(u64 ns)
{
	struct clock_params line = clock_params();
	u64 left = ns > line.base_ns ? ns - line.base_ns : 0;
	__uint128_t passed = ((__uint128_t)left << CLOCK_SHIFT) / line.mult;
	__uint128_t counter = passed + line.base_counter + 1;
	return counter > UINT64_MAX ? UINT64_MAX : (u64)counter;
}

u64 clock_steered_mult(u64 mult, i64 ppm)
{
	u64 size = min_of(ppm < 0 ? 0 - (u64)ppm : (u64)ppm, (u64)CLOCK_STEER_MAX);
	u64 change = (u64)((__uint128_t)mult * size / ((u64)1000000 << CLOCK_PPM_SHIFT));
	return ppm < 0 ? mult - change : mult + change;
}

/* The base lies a little before the turn, as other CPUs' counters may be behind.  A nanosecond is
 * added: who reads around the turn must not see time go back by what is rounded. */
void clock_line_turn(struct clock_params *line, u64 counter, u64 mult)
{
	u64 ns = ns_at(line, counter) + 1;
	u64 before = min_of(counter - line->base_counter, line->frequency_hz / 1000);
	u64 before_ns = (u64)(((__uint128_t)before * mult) >> CLOCK_SHIFT);
	if (before_ns > ns)
		before = before_ns = 0;
	__atomic_store_n(&line->base_counter, counter - before, __ATOMIC_RELAXED);
	__atomic_store_n(&line->base_ns, ns - before_ns, __ATOMIC_RELAXED);
	__atomic_store_n(&line->mult, mult, __ATOMIC_RELAXED);
}

/* The hardware of this CPU is set for the same time by the new line.  As in cpu_doze, no lock. */
static void reprogram(const void *unused)
{
	(void)unused;
	const struct cpu_timers *ct = this_cpu(cpu_timers);
	if (ct->programmed_ns != 0 && ct->programmed_ns != FIRED)
		arch_timer_program(counter_of_ns(ct->programmed_ns));
}

void clock_steer(i64 ppm)
{
	u64 mult = clock_steered_mult(unsteered.mult, ppm);
	u64 flags = irq_save();
	spin_raw_lock(&clock_lock, &clock_line_held);
	bool changes = mult != clock.now.mult;
	if (changes) {
		u32 version = clock.begun + 1;
		__atomic_store_n(&clock.begun, version, __ATOMIC_RELAXED);
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		clock_line_turn(&clock.now, arch_counter(), mult);
		__atomic_store_n(&clock.done, version, __ATOMIC_RELEASE);
	}
	spin_raw_unlock(&clock_lock);
	if (changes)
		reprogram(nullptr);
	irq_restore(flags);
}

void clock_steer_timers(void)
{
	u64 flags = irq_save();
	reprogram(nullptr);
	irq_restore(flags);
	cpu_call_others(cpus_online(), reprogram, nullptr);
}

void clock_delay_ns(u64 ns)
{
	u64 end = clock_monotonic_ns() + ns;
	while (clock_monotonic_ns() < end)
		cpu_relax();
}

/* ---- timers ---- */

static struct timer *timer_of_link(struct tree_link *n)
{
	return n == nullptr ? nullptr : TIMER_OWNER(n, struct timer, _link);
}

/* Sets the hardware for the next event of ct, which is this CPU's and locked. */
static void program(struct cpu_timers *ct)
{
	struct timer *first = timer_of_link(tree_raw_lower_bound(&ct->tree, 0));
	u64 next = first != nullptr ? first->_deadline_ns : 0;
	if (ct->tick_ns != 0 && (next == 0 || ct->tick_ns < next))
		next = ct->tick_ns;
	if (next == ct->programmed_ns)
		return;
	ct->programmed_ns = next;
	if (next == 0)
		arch_timer_stop();
	else
		arch_timer_program(counter_of_ns(next));
}

void timer_init(struct timer *t, void (*fn)(struct timer *t))
{
	*t = (struct timer){ ._fn = fn };
}

/* T4: an armed timer is in the tree of the CPU that _cpu names.  It is put there under the locks of
 * both, and expires under the CPU's, which says first where its callback runs (timer_interrupt):
 * with t's lock held, one that is not armed stays so.  True when it was armed. */
static bool take_off(struct timer *t)
{
	if (!__atomic_load_n(&t->_armed, __ATOMIC_ACQUIRE))
		return false;
	struct cpu_timers *ct = per_cpu(cpu_timers, t->_cpu);
	spin_raw_lock(&ct->lock, &timers_held);
	bool was_armed = t->_armed;
	if (was_armed) {
		tree_raw_remove(&ct->tree, &t->_link);
		t->_armed = false;
		/* The hardware is set for another one, or for this one. */
		if (t->_cpu == cpu_id() && t->_deadline_ns == ct->programmed_ns)
			program(ct);
	}
	spin_raw_unlock(&ct->lock);
	return was_armed;
}

void timer_arm_within(struct timer *t, u64 deadline_ns, u64 slack_ns)
{
	u64 last_ns = 0;
	if (!ckd_add(deadline_ns, slack_ns, &last_ns))
		last_ns = UINT64_MAX;
	u64 flags = irq_save();
	spin_raw_lock(&t->_lock, &timer_held);
	(void)take_off(t);
	struct cpu_timers *ct = this_cpu(cpu_timers);
	spin_raw_lock(&ct->lock, &timers_held);
	t->_cpu = cpu_id();
	t->_soonest_ns = deadline_ns;
	t->_deadline_ns = max_of(last_ns, (u64)1);
	t->_link._key = t->_deadline_ns;
	t->_armed = true;
	tree_raw_insert(&ct->tree, &t->_link);
	if (t->_deadline_ns < ct->programmed_ns || ct->programmed_ns == 0)
		program(ct);
	spin_raw_unlock(&ct->lock);
	spin_raw_unlock(&t->_lock);
	irq_restore(flags);
}

void timer_arm(struct timer *t, u64 deadline_ns)
{
	timer_arm_within(t, deadline_ns, 0);
}

/* Waits for the callback on other CPUs; false when it ran on none of them. */
static bool wait_for_callback(struct timer *t)
{
	u64 self = (u64)1 << (cpu_id() % CPU_MAX);
	u64 cpus = atomic_u64_load_acquire(&t->_ran_on) & ~self;
	u32 rounds = 0;
	bool has_waited = false;
	for (u64 left = cpus; left != 0; left &= left - 1) {
		const struct cpu_timers *ct = per_cpu(cpu_timers, (u32)__builtin_ctzll(left));
		while (__atomic_load_n(&ct->running, __ATOMIC_ACQUIRE) == t) {
			has_waited = true;
			cpu_wait(&rounds);
		}
	}
	return has_waited;
}

bool timer_cancel(struct timer *t)
{
	bool was_armed = false;
	if (!__atomic_load_n(&t->_armed, __ATOMIC_ACQUIRE) && atomic_u64_load(&t->_ran_on) == 0)
		return false;
	do {
		u64 flags = irq_save();
		spin_raw_lock(&t->_lock, &timer_held);
		was_armed |= take_off(t);
		spin_raw_unlock(&t->_lock);
		irq_restore(flags);
	} while (unlikely(atomic_u64_load(&t->_ran_on) != 0) && wait_for_callback(t));
	return was_armed;
}

bool timer_is_armed(const struct timer *t)
{
	return __atomic_load_n(&t->_armed, __ATOMIC_RELAXED);
}

void sched_tick_program(u64 ns)
{
	struct cpu_timers *ct = this_cpu(cpu_timers);
	if (ns == SCHED_TICK_KEEP || (ns == 0 && ct->tick_ns == 0))
		return;
	ct->tick_ns = ns == 0 ? 0 : clock_monotonic_ns() + ns;
	spin_raw_lock(&ct->lock, &timers_held);
	program(ct);
	spin_raw_unlock(&ct->lock);
}

/* No lock is taken here: the caller may wait for any.  programmed_ns changes on this CPU alone,
 * with interrupts off. */
void cpu_doze(void)
{
	enum : u64 { DOZE_NS = 50000 };
	u64 flags = irq_save();
	struct cpu_timers *ct = this_cpu(cpu_timers);
	u64 until = clock_monotonic_ns() + DOZE_NS;
	if (!irq_flags_are_on(flags) && !CPU_WAITS_MASKED)
		return;
	if (ct->programmed_ns - 1 > until)
		arch_timer_program(counter_of_ns(until));
	if (irq_flags_are_on(flags))
		cpu_idle_wait();
	else
		cpu_wait_masked();
	(void)irq_save();
	if (ct->programmed_ns == 0)
		arch_timer_stop();
	else
		arch_timer_program(counter_of_ns(ct->programmed_ns));
	irq_restore(flags);
}

/* Runs what may expire, the one that must soonest first and one at a time, without the lock so that
 * a callback may arm timers. */
void timer_interrupt(void)
{
	struct cpu_timers *ct = this_cpu(cpu_timers);
	u64 now = clock_monotonic_ns();
	ct->programmed_ns = FIRED;
	spin_raw_lock(&ct->lock, &timers_held);
	for (;;) {
		struct timer *t = timer_of_link(tree_raw_lower_bound(&ct->tree, 0));
		if (t == nullptr || t->_soonest_ns > now)
			break;
		tree_raw_remove(&ct->tree, &t->_link);
		__atomic_store_n(&ct->running, t, __ATOMIC_RELAXED);
		(void)atomic_u64_or(&t->_ran_on, (u64)1 << (cpu_id() % CPU_MAX));
		__atomic_store_n(&t->_armed, false, __ATOMIC_RELEASE);
		spin_raw_unlock(&ct->lock);
		t->_fn(t);
		spin_raw_lock(&ct->lock, &timers_held);
		__atomic_store_n(&ct->running, nullptr, __ATOMIC_RELEASE);
	}
	spin_raw_unlock(&ct->lock);
	if (ct->tick_ns != 0 && ct->tick_ns <= now) {
		ct->tick_ns = 0;
		if (sched_tick_expired())
			cpu_set_need_resched();
	}
	spin_raw_lock(&ct->lock, &timers_held);
	program(ct);
	spin_raw_unlock(&ct->lock);
}
