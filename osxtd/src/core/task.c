/* SPDX-License-Identifier: MPL-2.0 */
/*
 * task - states, switching and the idle loop.
 *
 * A started task owns one reference to itself, which moves with its state: to the run queue while
 * ready, to the CPU while it runs, kept by the task while parked, dropped by the next task after it
 * is dead.
 *
 * T1: a task runs on one CPU: it starts to run only by READY -> RUNNING, one compare-and-swap, and
 * on another CPU only after the switch away from it ended (_on_cpu is 0).  A task that is woken is
 * queued only then, and one that must go elsewhere is queued behind the switch, so that no CPU
 * waits for another one's choice.
 *
 * T2: what the policy picks is run only when that swap succeeds; another answer is reported and the
 * policy is asked again.
 */
#include <arch/switch.h>
#include <osxtd/kcov.h>
#include <osxtd/log.h>
#include <osxtd/task.h>
#include <osxtd/watchdog.h>

#include "core/rcu.h"
#include "core/sched.h"
#include "mm/frames.h"
#include "panic.h"

static void task_base_fini(struct task *t)
{
	kcov_task_fini(t);
	vmspace_drop(&t->space);
}
OBJECT_BASE(task, task_base_fini);

static const struct sched_policy *shared sched_policy OWNER(boot);

struct cpu_sched {
	struct task_ref idle;
	struct task *finished; /* dead task to drop behind the switch */
	struct task *moving; /* ready task that may not go on here, to queue elsewhere behind it */
	bool started;
};
PER_CPU(struct cpu_sched, cpu_scheds);

/* ---- making tasks ---- */

err_t task_init(struct task *t, void (*entry)(struct task *self))
{
	TRY(stack_alloc(&t->_stack_base));
	t->_entry = entry;
	t->_kernel_sp = arch_task_prepare_stack(t->_stack_base + STACK_SIZE);
	err_t err = arch_task_init(t);
	if (err != OK) {
		stack_free(t->_stack_base);
		t->_stack_base = 0;
	}
	return err;
}

void task_fini(struct task *t)
{
	ASSERT(atomic_u32_load_acquire(&t->_on_cpu) == 0);
	if (t->_stack_base == 0)
		return;
	arch_task_fini(t);
	stack_free(t->_stack_base);
	t->_stack_base = 0;
}

/* Until no other CPU runs t or leaves it. */
ALWAYS_INLINE void wait_until_left(const struct task *t)
{
	u32 rounds = 0;
	while (unlikely(task_is_on_cpu(t) && t != task_current()))
		cpu_wait(&rounds);
}

static void enqueue(struct task_ref r, bool is_wakeup)
{
	u32 cpu = sched_policy->select_cpu(task_get(&r));
	ASSERT(cpu < cpu_count());
	if (sched_policy->enqueue(cpu, task_move(&r), is_wakeup))
		task_need_resched(cpu);
}

void task_start(struct task *t)
{
	u32 expected = TASK_NEW;
	ASSERT(atomic_u32_cas(&t->_state, &expected, TASK_READY));
	u64 flags = irq_save();
	enqueue(task_clone(t), true);
	irq_restore(flags);
}

/* ---- switching ---- */

/* Runs on the stack of the task that was switched to, interrupts off. */
static void finish_switch(struct task *prev)
{
	struct cpu_sched *cs = this_cpu(cpu_scheds);
	atomic_u32_store_release(&prev->_on_cpu, 0);
	if (unlikely(cs->finished != nullptr)) {
		struct task_ref dead = { cs->finished };
		cs->finished = nullptr;
		task_drop(&dead);
	}
	if (unlikely(cs->moving != nullptr)) {
		struct task_ref moving = { cs->moving };
		cs->moving = nullptr;
		enqueue(task_move(&moving), true);
	}
	rcu_quiet();
}

/* What the policy hands over runs only if it is ready: T1, T2. */
/* The reference that pick hands over becomes the CPU's own. */
static struct task *pick_next(u32 cpu, struct cpu_sched *cs)
{
	struct task_ref next = {};
	while (sched_policy->pick(cpu, &next)) {
		struct task *t = task_get(&next);
		u32 expected = TASK_READY;
		if (likely(atomic_u32_cas(&t->_state, &expected, TASK_RUNNING))) {
			wait_until_left(t);
			next._p = nullptr;
			return t;
		}
		LOG(ERR, "sched: policy {} picked a task in state {}", sched_policy->name,
		    expected);
		task_drop(&next);
	}
	return task_get(&cs->idle);
}

static void switch_to(struct task *prev, struct task *next)
{
	atomic_u32_store(&next->_on_cpu, 1);
	arch_switch_user_state(prev, next);
	prev->_mutexes = cpu_mutexes();
	cpu_set_mutexes(next->_mutexes);
	struct task *from = arch_switch(prev, next);
	finish_switch(from);
}

/* The task that ran goes on later: on this CPU, unless the policy wants it elsewhere. */
static void requeue(u32 cpu, struct cpu_sched *cs, struct task *prev)
{
	if (likely(sched_policy->may_stay == nullptr || sched_policy->may_stay(cpu, prev)))
		(void)sched_policy->enqueue(cpu, (struct task_ref){ prev }, false);
	else
		cs->moving = prev;
}

/* Interrupts are off; the current task's state says what becomes of it. */
/* The reference of the running task is handed to its next holder exactly once per state. */
static void schedule(void)
{
	u32 cpu = cpu_id();
	struct cpu_sched *cs = this_cpu(cpu_scheds);
	struct task *prev = task_current();
	bool is_idle = prev == task_get(&cs->idle);

	cpu_clear_need_resched();
	watchdog_touch();
	if (!is_idle) {
		sched_policy->put_prev(cpu, prev);
		u32 running = TASK_RUNNING;
		if (atomic_u32_cas(&prev->_state, &running, TASK_READY))
			requeue(cpu, cs, prev);
		else if (running == TASK_DEAD)
			cs->finished = prev;
	}
	struct task *next = pick_next(cpu, cs);
	if (next != task_get(&cs->idle))
		sched_tick_program(sched_policy->set_next(cpu, next));
	else
		sched_tick_program(0);
	if (next != prev)
		switch_to(prev, next);
	else
		rcu_quiet();
	frame_cache_quiet();
}

void task_first_run(struct task *from)
{
	finish_switch(from);
	irq_enable();
	struct task *self = task_current();
	self->_entry(self);
	task_exit();
}

void task_yield(void)
{
	might_sleep();
	u64 flags = irq_save();
	schedule();
	irq_restore(flags);
}

void task_reschedule(void)
{
	if (cpu_need_resched())
		task_yield();
}

bool task_pause(u32 bits)
{
	task_reschedule();
	return (atomic_u32_load(&task_current()->interrupt) & bits) != 0;
}

void task_need_resched(u32 cpu)
{
	if (cpu == cpu_id())
		cpu_set_need_resched();
	else
		cpu_kick(cpu);
}

void task_exit(void)
{
	(void)irq_save();
	struct task *self = task_current();
	atomic_u32_store_release(&self->_state, TASK_DEAD);
	schedule();
	panic("a dead task was run");
}

void task_park(void)
{
	might_sleep();
	u64 flags = irq_save();
	struct task *self = task_current();
	(void)atomic_u32_swap(&self->_state, TASK_PARKED);
	if (atomic_u32_swap(&self->_wake_pending, 0) != 0) {
		u32 parked = TASK_PARKED;
		if (atomic_u32_cas(&self->_state, &parked, TASK_RUNNING)) {
			irq_restore(flags);
			return;
		}
	}
	watchdog_park(self);
	schedule();
	watchdog_resume(self);
	irq_restore(flags);
}

/* A parked task owns the reference to itself that is handed to the run queue here, once per PARKED
 * -> READY. */
void task_unpark(struct task *t)
{
	u64 flags = irq_save();
	for (;;) {
		u32 state = TASK_PARKED;
		if (atomic_u32_cas(&t->_state, &state, TASK_READY)) {
			/* Nobody picks it before its CPU has left it: a CPU that chooses its next
			 * task never waits for another CPU's choice. */
			wait_until_left(t);
			enqueue((struct task_ref){ t }, true);
			break;
		}
		(void)atomic_u32_swap(&t->_wake_pending, 1);
		/* It may have parked between the two: then the pending wake is ours to carry out,
		 * unless it saw it. */
		if (atomic_u32_load_acquire(&t->_state) != TASK_PARKED ||
		    atomic_u32_swap(&t->_wake_pending, 0) == 0)
			break;
	}
	irq_restore(flags);
}

struct vmspace *task_space(void)
{
	return vmspace_get(&task_current()->space);
}

void task_set_space(struct vmspace_ref space)
{
	u64 flags = irq_save();
	struct task *self = task_current();
	struct vmspace_ref old = vmspace_move(&self->space);
	self->space = vmspace_move(&space);
	vmspace_activate(vmspace_get_or_null(&self->space));
	irq_restore(flags);
	vmspace_drop(&old);
}

/* ---- failure ---- */

static void (*shared oops_hook)(struct task *t) OWNER(boot);

void task_on_oops(void (*hook)(struct task *t))
{
	oops_hook = hook;
}

bool task_can_oops(const struct task *t)
{
	const struct cpu_sched *cs = this_cpu(cpu_scheds);
	return cs->started && t != task_get(&cs->idle);
}

void task_oops_exit(void)
{
	struct task *self = task_current();
	/* Never dropped: it keeps the task and its stack for ever, so that what is linked to its
	 * frames stays valid (oops.c, P3). */
	[[maybe_unused]] struct task_ref kept = task_clone(self);
	if (oops_hook != nullptr)
		oops_hook(self);
	task_exit();
}

/* ---- starting up ---- */

void sched_inject(const struct sched_policy *policy)
{
	ASSERT(sched_policy == nullptr);
	sched_policy = policy;
}

#ifdef KTESTS
const struct sched_policy *sched_policy_swap(const struct sched_policy *policy)
{
	const struct sched_policy *before = sched_policy;
	sched_policy = policy;
	return before;
}
#endif

bool sched_tick_expired(void)
{
	struct cpu_sched *cs = this_cpu(cpu_scheds);
	struct task *self = task_current();
	if (!cs->started || self == task_get(&cs->idle))
		return false;
	return sched_policy->tick(cpu_id(), self);
}

static void idle_entry(struct task *self)
{
	(void)self;
}

struct kernel_task {
	struct task task;
	void (*fn)(void *arg);
	void *arg;
};
static void kernel_task_fini(struct kernel_task *k)
{
	task_fini(&k->task);
}
SUBTYPE(kernel_task, task);
OBJECT_SUBTYPE(kernel_task, task, kernel_task_fini);

static void kernel_task_entry(struct task *self)
{
	struct kernel_task *k = kernel_task_of(self);
	k->fn(k->arg);
}

err_t kernel_task_start(void (*fn)(void *arg), void *arg)
{
	SCOPED_REF(task, t);
	TRY(kernel_task_alloc(&t));
	struct kernel_task *k = kernel_task_of(task_get(&t));
	k->fn = fn;
	k->arg = arg;
	TRY(task_init(&k->task, kernel_task_entry));
	atomic_u64_store(&k->task.sched.affinity, atomic_u64_load(&task_current()->sched.affinity));
	task_start(&k->task);
	return OK;
}

err_t sched_init_cpu(u32 cpu, u64 *stack)
{
	enum : u64 { STACK_ALIGN = 16 };
	struct cpu_sched *cs = per_cpu(cpu_scheds, cpu);
	SCOPED_REF(task, idle);
	TRY(kernel_task_alloc(&idle));
	struct task *t = task_get(&idle);
	TRY(task_init(t, idle_entry));
	atomic_u32_store(&t->_state, TASK_RUNNING);
	atomic_u32_store(&t->_on_cpu, 1);
	*stack = t->_kernel_sp / STACK_ALIGN * STACK_ALIGN;
	cs->idle._p = task_move(&idle)._p; /* before, if any: of a CPU that was refused */
	return OK;
}

void sched_init_boot_cpu(void)
{
	u64 unused = 0;
	ASSERT(sched_init_cpu(0, &unused) == OK);
	cpu_set_current(task_get(&per_cpu(cpu_scheds, 0)->idle));
}

void sched_start(void)
{
	struct cpu_sched *cs = this_cpu(cpu_scheds);
	cpu_set_current(task_get(&cs->idle));
	cs->started = true;
	watchdog_start();
	if (cpu_id() == 0)
		rcu_start();
	for (;;) {
		(void)irq_save();
		schedule();
		if (!cpu_need_resched() && rcu_idle_begin()) {
			cpu_idle_wait();
			rcu_idle_end();
		}
		irq_enable();
	}
}
