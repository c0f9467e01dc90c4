// SPDX-License-Identifier: MPL-2.0
/*
 * torture_test - every way of waiting at once: locks, wait queues, timers and RCU under workers
 * that delay, yield, sleep and change CPU at random.
 *
 * Two workers for each CPU do the same thing until the time is over.  What a lock guards is a pair
 * of numbers that is equal but for who holds it; what RCU guards is marked when it dies.  A normal
 * run has a tenth of a second for each test, and only with several CPUs; torture_time=SECONDS on
 * the command line (osxdk torture) shares out that time.
 */
#include <osxtd/ktest.h>
#include <osxtd/lock.h>
#include <osxtd/rcu.h>
#include <osxtd/task.h>
#include <osxtd/timer.h>
#include <osxtd/waitq.h>

#include "boot_info.h"

#ifdef OSXTD_DEBUG
enum : u64 { RUNS = 2 }; /* see ktest.c */
#else
enum : u64 { RUNS = 1 };
#endif
enum : u64 { SECOND_NS = 1000000000, SHORT_NS = 100000000, TESTS = 8, LONGEST_S = 86400 };
enum : u32 { WORKERS_PER_CPU = 2, TIMERS = CPU_MAX * WORKERS_PER_CPU, FIELDS = 4 };

LOCK_CLASS(torture_mutex, mutex);
LOCK_CLASS(torture_rwmutex, rwmutex, AFTER(torture_mutex));
LOCK_CLASS(torture_spin, spin, AFTER(torture_rwmutex));
LOCK_CLASS(torture_rw, rw, AFTER(torture_spin));
LOCK_CLASS(torture_seq, seq, AFTER(torture_rw));
LOCK_CLASS(torture_irq, irq, AFTER(torture_seq));

struct twins {
	u64 one, two;
};
SEQ_CELL(torture_seq, twins);

enum : u32 { ALIVE = 0xa11fe, GONE = 0xdead };
struct prey {
	struct object object;
	struct rcu_link rcu;
	struct atomic_u32 state;
};
REF_TYPE(prey);
RCU_TYPE(prey, rcu);

struct ticker {
	struct timer timer;
	struct atomic_u32 state;
};

/* One worker's luck. */
struct luck {
	u64 state;
	u32 worker;
};

struct torture {
	void (*body)(struct luck *l) OWNER(ktest);
	u64 end_ns OWNER(ktest);
	struct atomic_u32 workers ATOMIC_ONLY, errors ATOMIC_ONLY, rounds ATOMIC_ONLY;
	struct waitq all_done OWNER(waitq), queue OWNER(waitq);
	struct torture_mutex_lock mutex;
	struct torture_rwmutex_lock rwmutex;
	struct torture_spin_lock spin;
	struct torture_rw_lock rw;
	struct torture_irq_lock irq;
	struct twins in_mutex GUARDED(torture_mutex);
	struct twins in_rwmutex GUARDED(torture_rwmutex);
	struct twins in_spin GUARDED(torture_spin);
	struct twins in_rw GUARDED(torture_rw);
	struct twins in_irq GUARDED(torture_irq);
	struct twins_cell cell OWNER(torture_seq);
	RCU_FIELD(prey) field[FIELDS];
	struct atomic_u32 alive ATOMIC_ONLY, tokens ATOMIC_ONLY;
	struct ticker tickers[TIMERS] OWNER(ktest); /* each its worker's */
	struct timer crossing[FIELDS] OWNER(timer); /* everybody's */
};
static struct torture shared torture;

static void prey_fini(struct prey *p)
{
	atomic_u32_store(&p->state, GONE);
	(void)atomic_u32_sub(&torture.alive, 1);
}
OBJECT_TYPE(prey, prey_fini);

/* ---- luck ---- */

static u64 draw(struct luck *l)
{
	l->state ^= l->state << 13;
	l->state ^= l->state >> 7;
	l->state ^= l->state << 17;
	return l->state;
}

static bool one_in(struct luck *l, u64 n)
{
	return draw(l) % n == 0;
}

static void delay(struct luck *l)
{
	if (one_in(l, 4))
		clock_delay_ns(draw(l) % 3000);
}

static void nap(struct luck *l)
{
	(void)task_sleep_until(clock_monotonic_ns() + draw(l) % 200000, WAIT_UNINTERRUPTIBLE);
}

static void move(struct luck *l)
{
	u64 cpu = draw(l) % cpu_count();
	atomic_u64_store(&task_current()->sched.affinity, (u64)1 << cpu);
	task_yield();
}

static void yield_or_nap(struct luck *l)
{
	if (one_in(l, 8))
		task_yield();
	else if (one_in(l, 16))
		nap(l);
}

/* Between two rounds. */
static void rest(struct luck *l)
{
	delay(l);
	if (one_in(l, 64))
		move(l);
	yield_or_nap(l);
	task_reschedule();
}

/* ---- workers ---- */

static void expect(bool is_right)
{
	if (!is_right)
		(void)atomic_u32_add(&torture.errors, 1);
}

static void work(void *)
{
	struct luck l = { .worker = atomic_u32_add(&torture.workers, 1) };
	l.state = clock_monotonic_ns() * 2 + 1 + ((u64)l.worker << 32);
	while (clock_monotonic_ns() < torture.end_ns) {
		torture.body(&l);
		(void)atomic_u32_add(&torture.rounds, 1);
		rest(&l);
	}
	(void)atomic_u32_sub(&torture.workers, 1);
	(void)waitq_wake_all(&torture.all_done);
}

/* For how long each test runs; 0: not at all. */
static u64 duration_ns(void)
{
	struct str value = {};
	u64 seconds = 0;
	if (boot_option(STR("torture_time"), &value) && str_to_u64(value, 10, &seconds))
		return min_of(seconds, (u64)LONGEST_S) * SECOND_NS / TESTS / RUNS;
	return cpu_count() > 1 ? SHORT_NS : 0;
}

static void start_workers(struct ktest_ctx *t)
{
	struct task *self = task_current();
	u64 before = atomic_u64_load(&self->sched.affinity);
	for (u32 i = 0; i < cpu_count() * WORKERS_PER_CPU; i++) {
		atomic_u64_store(&self->sched.affinity, (u64)1 << i % cpu_count());
		EXPECT_OK(kernel_task_start(work, nullptr));
	}
	atomic_u64_store(&self->sched.affinity, before);
}

static void wait_for_workers(void)
{
	SCOPED_WAITER(w);
	waitq_join(&torture.all_done, &w);
	while (clock_monotonic_ns() < torture.end_ns ||
	       atomic_u32_load_acquire(&torture.workers) != 0)
		(void)waiter_sleep(&w, WAIT_UNINTERRUPTIBLE, clock_monotonic_ns() + SECOND_NS);
}

static void run(struct ktest_ctx *t, void (*body)(struct luck *l))
{
	u64 ns = duration_ns();
	if (ns == 0)
		return;
	atomic_u32_store(&torture.errors, 0);
	atomic_u32_store(&torture.rounds, 0);
	torture.body = body;
	torture.end_ns = clock_monotonic_ns() + ns;
	start_workers(t);
	wait_for_workers();
	EXPECT(atomic_u32_load(&torture.rounds) != 0);
	EXPECT_EQ(atomic_u32_load(&torture.errors), 0);
}

/* ---- locks ---- */

/* Changes v, which nobody else sees meanwhile. */
static void change(struct twins *v, struct luck *l)
{
	u64 seen = v->one;
	expect(v->two == seen);
	__atomic_store_n(&v->one, seen + 1, __ATOMIC_RELAXED);
	delay(l);
	expect(v->two == seen && v->one == seen + 1);
	v->two = seen + 1;
}

/* Looks at v, which nobody changes meanwhile. */
static void look(const struct twins *v, struct luck *l)
{
	u64 seen = __atomic_load_n(&v->one, __ATOMIC_RELAXED);
	expect(v->two == seen);
	delay(l);
	expect(__atomic_load_n(&v->one, __ATOMIC_RELAXED) == seen &&
	       __atomic_load_n(&v->two, __ATOMIC_RELAXED) == seen);
}

static void spin_body(struct luck *l)
{
	if (one_in(l, 2)) {
		GUARD(torture_irq, &torture.irq);
		change(&torture.in_irq, l);
		return;
	}
	GUARD(torture_spin, &torture.spin);
	change(&torture.in_spin, l);
	if (one_in(l, 4)) {
		GUARD(torture_irq, &torture.irq);
		change(&torture.in_irq, l);
	}
}
KTEST(torture, spin)
{
	run(t, spin_body);
}

static void mutex_body(struct luck *l)
{
	GUARD(torture_mutex, &torture.mutex);
	yield_or_nap(l);
	change(&torture.in_mutex, l);
	yield_or_nap(l);
}
KTEST(torture, mutex)
{
	run(t, mutex_body);
}

static void rw_body(struct luck *l)
{
	if (one_in(l, 4)) {
		WRITE_GUARD(torture_rw, &torture.rw);
		change(&torture.in_rw, l);
		return;
	}
	READ_GUARD(torture_rw, &torture.rw);
	look(&torture.in_rw, l);
}
KTEST(torture, rw)
{
	run(t, rw_body);
}

static void rwmutex_body(struct luck *l)
{
	if (one_in(l, 4)) {
		WRITE_GUARD(torture_rwmutex, &torture.rwmutex);
		yield_or_nap(l);
		change(&torture.in_rwmutex, l);
		return;
	}
	READ_GUARD(torture_rwmutex, &torture.rwmutex);
	look(&torture.in_rwmutex, l);
	yield_or_nap(l);
	look(&torture.in_rwmutex, l);
}
KTEST(torture, rwmutex)
{
	run(t, rwmutex_body);
}

static void seq_body(struct luck *l)
{
	if (one_in(l, 4)) {
		GUARD(torture_seq, &torture.cell.lock);
		struct twins v = twins_cell_get(&torture.cell);
		change(&v, l);
		twins_cell_set(&torture.cell, v);
		return;
	}
	struct twins v = twins_cell_read(&torture.cell);
	expect(v.one == v.two);
}
KTEST(torture, seq)
{
	run(t, seq_body);
}

/* ---- RCU ---- */

static void rcu_write(struct luck *l)
{
	struct prey_rcu *f = &array_at(torture.field, draw(l) % FIELDS);
	SCOPED_REF(prey, fresh);
	if (!one_in(l, 8) && prey_alloc(&fresh) == OK) {
		(void)atomic_u32_add(&torture.alive, 1);
		atomic_u32_store(&prey_get(&fresh)->state, ALIVE);
	}
	prey_rcu_publish(f, prey_move(&fresh));
	if (one_in(l, 16))
		rcu_synchronize();
	else if (one_in(l, 64))
		rcu_barrier();
}

static void rcu_read(struct luck *l)
{
	const struct prey_rcu *f = &array_at(torture.field, draw(l) % FIELDS);
	SCOPED_REF(prey, kept);
	{
		RCU_READ();
		struct prey *p = prey_rcu_get(f);
		if (p == nullptr)
			return;
		expect(atomic_u32_load(&p->state) == ALIVE);
		delay(l);
		delay(l);
		expect(atomic_u32_load(&p->state) == ALIVE);
		if (one_in(l, 8))
			kept = prey_clone(p);
	}
	if (prey_is_null(&kept))
		return;
	yield_or_nap(l);
	expect(atomic_u32_load(&prey_get(&kept)->state) == ALIVE);
}

static void rcu_body(struct luck *l)
{
	if (one_in(l, 4))
		rcu_write(l);
	else
		rcu_read(l);
}
KTEST(torture, rcu)
{
	run(t, rcu_body);
	for (u32 i = 0; i < FIELDS; i++)
		prey_rcu_publish(&array_at(torture.field, i), (struct prey_ref){});
	rcu_barrier();
	EXPECT_EQ(atomic_u32_load(&torture.alive), 0);
}

/* ---- wait queues ---- */

static bool take_token(void)
{
	u32 seen = atomic_u32_load_acquire(&torture.tokens);
	while (seen != 0) {
		if (atomic_u32_cas(&torture.tokens, &seen, seen - 1))
			return true;
	}
	return false;
}

/* Whoever gives up hands a wake that was meant for it on. */
static void waitq_wait(struct luck *l)
{
	SCOPED_WAITER(w);
	if (one_in(l, 2))
		waitq_join_exclusive(&torture.queue, &w);
	else
		waitq_join(&torture.queue, &w);
	u64 until = clock_monotonic_ns() + draw(l) % (one_in(l, 4) ? 100000 : 20000000);
	while (!take_token()) {
		if (waiter_sleep(&w, WAIT_UNINTERRUPTIBLE, min_of(until, torture.end_ns)) != OK)
			break;
	}
	waiter_fini(&w);
	(void)waitq_wake(&torture.queue, 1);
}

static void waitq_body(struct luck *l)
{
	if (one_in(l, 2)) {
		waitq_wait(l);
		return;
	}
	(void)atomic_u32_add(&torture.tokens, 1);
	if (one_in(l, 4))
		(void)waitq_wake_all(&torture.queue);
	else
		(void)waitq_wake(&torture.queue, 1);
}
KTEST(torture, waitq)
{
	run(t, waitq_body);
	EXPECT(!waitq_has_waiters(&torture.queue));
	atomic_u32_store(&torture.tokens, 0);
}

/* ---- timers ---- */

static void tick(struct timer *timer)
{
	struct ticker *k = TIMER_OWNER(timer, struct ticker, timer);
	expect(atomic_u32_load(&k->state) == ALIVE);
	if ((clock_monotonic_ns() >> 10) % 4 == 0)
		timer_arm(timer, clock_monotonic_ns() + 20000);
	expect(atomic_u32_load(&k->state) == ALIVE);
}

static void cross(struct timer *) {}

/* Behind a cancel no callback runs, wherever the timer was armed. */
static void timer_body(struct luck *l)
{
	struct ticker *k = &array_at(torture.tickers, l->worker);
	struct timer *all = &array_at(torture.crossing, draw(l) % FIELDS);
	atomic_u32_store_release(&k->state, ALIVE);
	timer_arm(&k->timer, clock_monotonic_ns() + draw(l) % 50000);
	if (one_in(l, 2))
		timer_arm(all, clock_monotonic_ns() + draw(l) % 50000);
	rest(l);
	(void)timer_cancel(&k->timer);
	expect(!timer_is_armed(&k->timer));
	atomic_u32_store_release(&k->state, GONE);
	if (one_in(l, 2))
		(void)timer_cancel(all);
}
KTEST(torture, timer)
{
	for (u32 i = 0; i < TIMERS; i++)
		timer_init(&array_at(torture.tickers, i).timer, tick);
	for (u32 i = 0; i < FIELDS; i++)
		timer_init(&array_at(torture.crossing, i), cross);
	run(t, timer_body);
	for (u32 i = 0; i < FIELDS; i++)
		(void)timer_cancel(&array_at(torture.crossing, i));
}
