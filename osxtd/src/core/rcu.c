/* SPDX-License-Identifier: MPL-2.0 */
/*
 * rcu - grace periods, and what is dropped behind them.
 *
 * Grace periods are numbered; one runs when `started` is ahead of `done`.  It begins with a set of
 * CPUs, rcu_awaited: those that are online and do not idle.  Each takes itself out where it reads
 * nothing, in schedule(); whoever takes out the last one ends it, and begins the next if one is
 * wanted.  Nobody is needed to drive them: a waiter only asks busy CPUs to hurry when its patience
 * ends.
 *
 * U1: a CPU is taken out by itself, in no read scope, or by another one that sees it idle while no
 * grace period can begin (the lock is held).  The set is one word that is changed by read-modify-
 * write alone: whoever sees it empty sees all that the CPUs did before they left it, and a CPU that
 * leaves it sees what was published before it was in it.
 *
 * U2: an idle CPU says so, fences, and looks whether it is awaited; a grace period makes its set,
 * fences, and looks who idles.  One of the two sees the other.  A CPU that stops idling says so and
 * fences before it reads anything: it sees what was published before the look that found it idle.
 *
 * What rcu_call is given goes to a list of its CPU, which anybody may take as a whole.  One task
 * takes all lists, waits for a grace period and makes the calls: a round.
 */
#include "core/rcu.h"

#include <osxtd/atomic.h>
#include <osxtd/task.h>
#include <osxtd/timer.h>
#include <osxtd/waitq.h>

#include "core/smp.h"
#include "panic.h"

enum : u64 { PATIENCE_NS = 10000000 };

struct spin_raw shared rcu_scope_mark;
struct rcu_awaited shared rcu_awaited;

LOCK_CLASS(rcu_gp, irq);
struct rcu_state {
	struct rcu_gp_lock lock; /* held where a grace period begins and where its end is noted */
	u64 wanted GUARDED(rcu_gp); /* the last one that somebody waits for */
	struct atomic_u64 started ATOMIC_ONLY, done ATOMIC_ONLY;
	struct waitq over OWNER(waitq); /* who waits for an end */
	/* rounds of the task */
	struct atomic_u64 rounds ATOMIC_ONLY, rounds_done ATOMIC_ONLY;
	struct atomic_u32 is_asked ATOMIC_ONLY; /* for a round */
	struct waitq work OWNER(waitq);
	struct waitq round_over OWNER(waitq);
};
static struct rcu_state shared rcu;

struct rcu_cpu {
	u32 is_idle;		   /* written by the CPU alone */
	struct atomic_u32 waiting; /* calls on the list */
	struct rcu_link *calls;	   /* the latest first */
};
PER_CPU(struct rcu_cpu, rcu_cpus);

static u64 bit_of(u32 cpu)
{
	return (u64)1 << (cpu % CPU_MAX);
}

/* ---- grace periods ---- */

/* Takes CPUs out of the set; true for who takes out the last one. */
static bool take_out(u64 cpus)
{
	u64 before = atomic_u64_and(&rcu_awaited.cpus, ~cpus);
	return (before & cpus) != 0 && (before & ~cpus) == 0;
}

/* Those of the set that idle: U2. */
static u64 idle_ones(u64 cpus)
{
	u64 idle = 0;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (u64 left = cpus; left != 0; left &= left - 1) {
		u32 cpu = bits_first(left);
		if (__atomic_load_n(&per_cpu(rcu_cpus, cpu)->is_idle, __ATOMIC_ACQUIRE) != 0)
			idle |= bit_of(cpu);
	}
	return idle;
}

/* Begins what is wanted; one for which nobody must be awaited is over at once. */
static void begin_wanted(void) HOLDS(rcu_gp)
{
	while (atomic_u64_load(&rcu.done) < rcu.wanted) {
		u64 all = cpus_online();
		atomic_u64_add_own(&rcu.started, 1);
		(void)atomic_u64_swap(&rcu_awaited.cpus, all);
		if (!take_out(idle_ones(all)))
			return;
		atomic_u64_store_release(&rcu.done, atomic_u64_load(&rcu.started));
	}
}

/* The last CPU was taken out. */
static void end(void)
{
	{
		GUARD(rcu_gp, &rcu.lock);
		atomic_u64_store_release(&rcu.done, atomic_u64_load(&rcu.started));
		begin_wanted();
	}
	(void)waitq_wake_all(&rcu.over);
}

void rcu_report(void)
{
	u64 self = bit_of(cpu_id());
	if ((atomic_u64_load(&rcu_awaited.cpus) & self) != 0 && take_out(self))
		end();
}

/* The number of a grace period that begins from now on. */
static u64 want_one(void)
{
	GUARD(rcu_gp, &rcu.lock);
	u64 next = atomic_u64_load(&rcu.started) + 1;
	rcu.wanted = max_of(rcu.wanted, next);
	if (atomic_u64_load(&rcu.started) == atomic_u64_load(&rcu.done))
		begin_wanted();
	return next;
}

/* Busy CPUs are to choose a task soon. */
static void hurry(void)
{
	u64 left = 0;
	bool is_last = false;
	{
		GUARD(rcu_gp, &rcu.lock);
		left = atomic_u64_load(&rcu_awaited.cpus);
		u64 idle = idle_ones(left);
		is_last = idle != 0 && take_out(idle);
		left &= ~idle;
	}
	for (; left != 0; left &= left - 1)
		task_need_resched(bits_first(left));
	if (is_last)
		end();
}

static void wait_for(u64 number)
{
	SCOPED_WAITER(w);
	waitq_join(&rcu.over, &w);
	while (atomic_u64_load_acquire(&rcu.done) < number) {
		if (waiter_sleep(&w, WAIT_UNINTERRUPTIBLE, clock_monotonic_ns() + PATIENCE_NS) !=
		    OK)
			hurry();
	}
}

void rcu_synchronize(void)
{
	might_sleep();
	u64 number = want_one();
	rcu_report();
	if (atomic_u64_load_acquire(&rcu.done) < number)
		wait_for(number);
}

/* ---- idling ---- */

static void set_idle(u32 is_idle)
{
	__atomic_store_n(&this_cpu(rcu_cpus)->is_idle, is_idle, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

bool rcu_idle_begin(void)
{
	set_idle(1);
	if (likely((atomic_u64_load(&rcu_awaited.cpus) & bit_of(cpu_id())) == 0))
		return true;
	set_idle(0);
	rcu_report();
	return false;
}

void rcu_idle_end(void)
{
	if (this_cpu(rcu_cpus)->is_idle != 0)
		set_idle(0);
}

/* ---- calls ---- */

static void ask_for_round(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST); /* the call is on its list, or is_asked is clear */
	if (atomic_u32_load(&rcu.is_asked) == 0 && atomic_u32_swap(&rcu.is_asked, 1) == 0)
		(void)waitq_wake_all(&rcu.work);
}

/* Returns how many wait on this CPU. */
static u32 push(struct rcu_link *l)
{
	u64 flags = irq_save();
	struct rcu_cpu *c = this_cpu(rcu_cpus);
	u32 waiting = atomic_u32_add(&c->waiting, 1) + 1;
	l->_next = __atomic_load_n(&c->calls, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(&c->calls, &l->_next, l, true, __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED))
		;
	irq_restore(flags);
	return waiting;
}

static bool can_sleep(void)
{
	u64 flags = irq_save();
	bool can = irq_flags_are_on(flags) && !cpu_in_irq() && preempt_count() == 0 &&
		   task_can_oops(task_current());
	irq_restore(flags);
	return can;
}

/* A link that waits already goes through another round for each further call. */
void rcu_call(struct rcu_link *l, void (*fn)(struct rcu_link *l))
{
	__atomic_store_n(&l->_fn, fn, __ATOMIC_RELAXED);
	if (atomic_u32_add(&l->_calls, 1) != 0)
		return;
	u32 waiting = push(l);
	ask_for_round();
	if (likely(waiting <= RCU_BACKLOG))
		return;
	hurry();
	if (can_sleep())
		rcu_synchronize();
}

struct rcu_batch {
	struct rcu_link *first, *last;
};

/* Puts the calls of one CPU behind those of b, the oldest first. */
static void take_calls(struct rcu_cpu *c, struct rcu_batch *b)
{
	struct rcu_link *latest = __atomic_exchange_n(&c->calls, nullptr, __ATOMIC_ACQUIRE);
	struct rcu_link *first = nullptr, *last = latest;
	u32 n = 0;
	for (struct rcu_link *l = latest; l != nullptr; n++) {
		struct rcu_link *before = l->_next;
		l->_next = first;
		first = l;
		l = before;
	}
	if (n == 0)
		return;
	(void)atomic_u32_sub(&c->waiting, n);
	if (b->last != nullptr)
		b->last->_next = first;
	else
		b->first = first;
	b->last = last;
}

/* The link may be called again as soon as it is counted down, or gone behind fn. */
static void make_call(struct rcu_link *l)
{
	void (*fn)(struct rcu_link *) = __atomic_load_n(&l->_fn, __ATOMIC_RELAXED);
	if (atomic_u32_sub(&l->_calls, 1) != 1) {
		(void)push(l);
		ask_for_round();
	}
	fn(l);
}

static void do_round(void)
{
	enum : u32 { CALLS_AT_ONCE = 64 };
	struct rcu_batch b = {};
	(void)atomic_u64_add(&rcu.rounds, 1);
	for (u32 cpu = 0; cpu < cpu_count(); cpu++)
		take_calls(per_cpu(rcu_cpus, cpu), &b);
	if (b.first != nullptr)
		rcu_synchronize();
	u32 n = 0;
	for (struct rcu_link *l = b.first; l != nullptr;) {
		struct rcu_link *next = l->_next;
		make_call(l);
		l = next;
		if (++n % CALLS_AT_ONCE == 0)
			task_reschedule();
	}
	(void)atomic_u64_add(&rcu.rounds_done, 1);
	(void)waitq_wake_all(&rcu.round_over);
}

static void rcu_task(void *)
{
	SCOPED_WAITER(w);
	waitq_join(&rcu.work, &w);
	for (;;) {
		while (atomic_u32_swap(&rcu.is_asked, 0) == 0)
			(void)waiter_sleep(&w, WAIT_SIGNAL, NO_DEADLINE);
		__atomic_thread_fence(__ATOMIC_SEQ_CST); /* see ask_for_round */
		do_round();
	}
}

static bool has_calls(void)
{
	for (u32 cpu = 0; cpu < cpu_count(); cpu++) {
		if (atomic_u32_load_acquire(&per_cpu(rcu_cpus, cpu)->waiting) != 0)
			return true;
	}
	u64 done = atomic_u64_load_acquire(&rcu.rounds_done);
	return done != atomic_u64_load_acquire(&rcu.rounds);
}

/* A round that begins from now on takes all that waits. */
void rcu_barrier(void)
{
	might_sleep();
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!has_calls())
		return;
	u64 number = atomic_u64_load(&rcu.rounds) + 1;
	SCOPED_WAITER(w);
	waitq_join(&rcu.round_over, &w);
	ask_for_round();
	while (atomic_u64_load_acquire(&rcu.rounds_done) < number)
		(void)waiter_sleep(&w, WAIT_UNINTERRUPTIBLE, NO_DEADLINE);
}

void rcu_start(void)
{
	ASSERT(kernel_task_start(rcu_task, nullptr) == OK);
}
