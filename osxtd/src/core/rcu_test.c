// SPDX-License-Identifier: MPL-2.0
/* rcu_test - what readers see stays, for as long as they look and no longer.  Attacks soundness
 * invariant O5. */
#include <osxtd/ktest.h>
#include <osxtd/rcu.h>
#include <osxtd/task.h>
#include <osxtd/timer.h>
#include <osxtd/waitq.h>

enum : u32 { ALIVE = 0xa11fe, GONE = 0xdead };
enum : u64 { A_MOMENT_NS = 3000000 };

struct leaf {
	struct object object;
	struct rcu_link rcu;
	struct atomic_u32 state;
	u32 number;
};
REF_TYPE(leaf);
RCU_TYPE(leaf, rcu);

struct rcu_test {
	struct atomic_u32 alive, inside, go, has_left;
	RCU_FIELD(leaf) field;
	RCU_FIELD(leaf) other;
	struct timer timer;
};
static struct rcu_test shared rt;

static void leaf_fini(struct leaf *l)
{
	atomic_u32_store(&l->state, GONE);
	(void)atomic_u32_sub(&rt.alive, 1);
}
OBJECT_TYPE(leaf, leaf_fini);

static err_t leaf_new(u32 number, struct leaf_ref *out)
{
	TRY(leaf_alloc(out));
	struct leaf *l = leaf_get(out);
	atomic_u32_store(&l->state, ALIVE);
	l->number = number;
	(void)atomic_u32_add(&rt.alive, 1);
	return OK;
}

static void await(const struct atomic_u32 *a)
{
	u32 rounds = 0;
	while (atomic_u32_load_acquire(a) == 0)
		cpu_wait(&rounds);
}

static err_t start_on(u32 cpu, void (*fn)(void *arg))
{
	struct task *self = task_current();
	u64 before = atomic_u64_load(&self->sched.affinity);
	atomic_u64_store(&self->sched.affinity, (u64)1 << cpu);
	err_t err = kernel_task_start(fn, nullptr);
	atomic_u64_store(&self->sched.affinity, before);
	return err;
}

static void begin(void)
{
	atomic_u32_store(&rt.inside, 0);
	atomic_u32_store(&rt.go, 0);
	atomic_u32_store(&rt.has_left, 0);
}

KTEST(rcu, what_is_published_is_read_and_dropped_later)
{
	SCOPED_REF(leaf, one);
	SCOPED_REF(leaf, two);
	REQUIRE_OK(leaf_new(1, &one));
	REQUIRE_OK(leaf_new(2, &two));
	leaf_rcu_publish(&rt.field, leaf_move(&one));
	{
		RCU_READ();
		const struct leaf *seen = leaf_rcu_get(&rt.field);
		EXPECT_EQ(seen->number, 1);
		leaf_rcu_publish(&rt.field, leaf_move(&two));
		EXPECT_EQ(atomic_u32_load(&seen->state), ALIVE);
		EXPECT_EQ(leaf_rcu_get(&rt.field)->number, 2);
	}
	rcu_barrier();
	EXPECT_EQ(atomic_u32_load(&rt.alive), 1);
	SCOPED_REF(leaf, kept);
	kept = leaf_rcu_clone(&rt.field);
	leaf_rcu_publish(&rt.field, (struct leaf_ref){});
	rcu_barrier();
	EXPECT_EQ(atomic_u32_load(&rt.alive), 1);
	EXPECT_EQ(leaf_get(&kept)->number, 2);
	leaf_drop(&kept);
	EXPECT_EQ(atomic_u32_load(&rt.alive), 0);
	{
		RCU_READ();
		EXPECT(leaf_rcu_get(&rt.field) == nullptr);
	}
	EXPECT_EQ(preempt_count(), 0);
}

/* One object in two places goes through the queue once for each. */
KTEST(rcu, each_reference_is_dropped_once)
{
	SCOPED_REF(leaf, one);
	REQUIRE_OK(leaf_new(1, &one));
	leaf_rcu_publish(&rt.field, leaf_clone(leaf_get(&one)));
	leaf_rcu_publish(&rt.other, leaf_clone(leaf_get(&one)));
	EXPECT_EQ(object_refs(&leaf_get(&one)->object), 3);
	leaf_rcu_publish(&rt.field, (struct leaf_ref){});
	leaf_rcu_publish(&rt.other, (struct leaf_ref){});
	rcu_barrier();
	rcu_barrier();
	EXPECT_EQ(object_refs(&leaf_get(&one)->object), 1);
	leaf_rcu_free(leaf_move(&one));
	rcu_barrier();
	EXPECT_EQ(atomic_u32_load(&rt.alive), 0);
}

static void read_until_told(void *)
{
	{
		RCU_READ();
		atomic_u32_store_release(&rt.inside, 1);
		await(&rt.go);
		clock_delay_ns(A_MOMENT_NS);
		atomic_u32_store_release(&rt.has_left, 1);
	}
}

KTEST(rcu, a_grace_period_waits_for_a_reader)
{
	if (cpu_count() == 1)
		return;
	begin();
	REQUIRE_OK(start_on(1, read_until_told));
	await(&rt.inside);
	atomic_u32_store_release(&rt.go, 1);
	rcu_synchronize();
	EXPECT_EQ(atomic_u32_load(&rt.has_left), 1);
}

static void read_in_handler(struct timer *t)
{
	(void)t;
	read_until_told(nullptr);
}

static void arm(void *)
{
	timer_arm(&rt.timer, clock_monotonic_ns() + A_MOMENT_NS);
}

/* The handler interrupts a CPU that idles. */
KTEST(rcu, a_grace_period_waits_for_a_handler_that_reads)
{
	if (cpu_count() == 1)
		return;
	begin();
	timer_init(&rt.timer, read_in_handler);
	REQUIRE_OK(start_on(1, arm));
	await(&rt.inside);
	atomic_u32_store_release(&rt.go, 1);
	rcu_synchronize();
	EXPECT_EQ(atomic_u32_load(&rt.has_left), 1);
	(void)timer_cancel(&rt.timer);
}

static void be_busy(void *)
{
	atomic_u32_store_release(&rt.inside, 1);
	while (atomic_u32_load_acquire(&rt.go) == 0)
		task_reschedule();
	(void)atomic_u32_add(&rt.has_left, 1);
}

KTEST(rcu, a_grace_period_ends_while_all_are_busy)
{
	begin();
	for (u32 cpu = 1; cpu < cpu_count(); cpu++)
		REQUIRE_OK(start_on(cpu, be_busy));
	if (cpu_count() > 1)
		await(&rt.inside);
	for (u32 i = 0; i < 5; i++)
		rcu_synchronize();
	atomic_u32_store_release(&rt.go, 1);
	while (atomic_u32_load_acquire(&rt.has_left) != cpu_count() - 1)
		task_yield();
}

/* One that waited for them would lose its patience each time, after 10 ms. */
KTEST(rcu, idle_cpus_are_not_waited_for)
{
	enum : u64 { WELL_BEFORE_NS = 8000000 };
	u64 least = UINT64_MAX;
	for (u32 i = 0; i < 20; i++) {
		u64 start = clock_monotonic_ns();
		rcu_synchronize();
		least = min_of(least, clock_monotonic_ns() - start);
	}
	EXPECT(least < WELL_BEFORE_NS);
}

/* More than may wait; the last ones were paced. */
KTEST(rcu, what_waits_is_bounded)
{
	enum : u32 { MANY = 2 * RCU_BACKLOG };
	for (u32 i = 0; i < MANY; i++) {
		SCOPED_REF(leaf, l);
		REQUIRE_OK(leaf_new(i, &l));
		leaf_rcu_free(leaf_move(&l));
		EXPECT(atomic_u32_load(&rt.alive) <= 2 * RCU_BACKLOG + 1);
	}
	rcu_barrier();
	EXPECT_EQ(atomic_u32_load(&rt.alive), 0);
}
