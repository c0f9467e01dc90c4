// SPDX-License-Identifier: MPL-2.0
/*
 * lock_test - what each kind of lock keeps out and lets in, and in which order.
 *
 * The tests of several CPUs start their tasks where they are to run; on one CPU they have nothing
 * to show.  core/torture_test.c goes on where these end.
 */
#include <osxtd/ktest.h>
#include <osxtd/lock.h>
#include <osxtd/task.h>
#include <osxtd/timer.h>
#include <osxtd/waitq.h>

#include "core/held.h"

LOCK_CLASS(lt_spin, spin);
LOCK_CLASS(lt_rw, rw);
LOCK_CLASS(lt_rwmutex, rwmutex);
LOCK_CLASS(lt_seq, seq);

struct lt_pair {
	u64 one, two;
};
SEQ_CELL(lt_seq, lt_pair);

struct lock_test {
	struct lt_spin_lock spin;
	struct lt_rw_lock rw;
	struct lt_rwmutex_lock rwmutex;
	u32 in_rw GUARDED(lt_rw);
	u32 in_rwmutex GUARDED(lt_rwmutex);
	struct lt_pair_cell cell OWNER(lt_seq);
	struct waitq queue OWNER(waitq);
	struct atomic_u32 inside ATOMIC_ONLY, done ATOMIC_ONLY, order ATOMIC_ONLY;
	struct atomic_u32 placed[8] ATOMIC_ONLY; /* who came n-th */
};
static struct lock_test shared lt;

enum : u64 { PATIENCE_NS = 60000000000, A_MOMENT_NS = 2000000 };

static void set(struct atomic_u32 *a, u32 v)
{
	atomic_u32_store_release(a, v);
	(void)waitq_wake_all(&lt.queue);
}

static bool wait_for(struct atomic_u32 *a, u32 want)
{
	u64 deadline = clock_monotonic_ns() + PATIENCE_NS;
	SCOPED_WAITER(w);
	waitq_join(&lt.queue, &w);
	while (atomic_u32_load_acquire(a) < want) {
		if (waiter_sleep(&w, WAIT_UNINTERRUPTIBLE, deadline) != OK)
			return false;
	}
	return true;
}

static void sleep_a_moment(void)
{
	(void)task_sleep_until(clock_monotonic_ns() + A_MOMENT_NS, WAIT_UNINTERRUPTIBLE);
}

/* Starts fn(arg) on CPU cpu. */
static err_t start_on(u32 cpu, void (*fn)(void *arg), void *arg)
{
	struct task *self = task_current();
	u64 before = atomic_u64_load(&self->sched.affinity);
	atomic_u64_store(&self->sched.affinity, (u64)1 << cpu);
	err_t err = kernel_task_start(fn, arg);
	atomic_u64_store(&self->sched.affinity, before);
	return err;
}

/* ---- rw ---- */

static void read_beside(void *)
{
	READ_GUARD(lt_rw, &lt.rw);
	(void)atomic_u32_add(&lt.inside, 1);
	set(&lt.done, 1);
}

KTEST(rw, readers_meet_inside)
{
	if (cpu_count() == 1)
		return;
	atomic_u32_store(&lt.inside, 0);
	atomic_u32_store(&lt.done, 0);
	u32 rounds = 0;
	REQUIRE_OK(start_on(1, read_beside, nullptr));
	{
		READ_GUARD(lt_rw, &lt.rw);
		while (atomic_u32_load_acquire(&lt.inside) == 0)
			cpu_wait(&rounds);
	}
	EXPECT(wait_for(&lt.done, 1));
}

/* Whose turn it is to go on is said under spinlocks, too. */
static void await(const struct atomic_u32 *a, u32 want)
{
	u32 rounds = 0;
	while (atomic_u32_load_acquire(a) < want)
		cpu_wait(&rounds);
}

static void write_once(void *)
{
	await(&lt.inside, 1);
	{
		WRITE_GUARD(lt_rw, &lt.rw);
		lt.in_rw = 1;
		(void)atomic_u32_add(&lt.order, 1);
	}
	(void)atomic_u32_add(&lt.done, 1);
	(void)waitq_wake_all(&lt.queue);
}

static void read_behind(void *)
{
	await(&lt.inside, 2);
	{
		READ_GUARD(lt_rw, &lt.rw);
		atomic_u32_store(&lt.placed[0], lt.in_rw);
	}
	(void)atomic_u32_add(&lt.done, 1);
	(void)waitq_wake_all(&lt.queue);
}

/* A writer that waits keeps out a reader that comes behind it. */
KTEST(rw, a_waiting_writer_is_before_later_readers)
{
	if (cpu_count() < 3)
		return;
	atomic_u32_store(&lt.inside, 0);
	atomic_u32_store(&lt.done, 0);
	atomic_u32_store(&lt.placed[0], 0);
	{
		WRITE_GUARD(lt_rw, &lt.rw);
		lt.in_rw = 0;
	}
	u32 rounds = 0;
	REQUIRE_OK(start_on(1, write_once, nullptr));
	REQUIRE_OK(start_on(2, read_behind, nullptr));
	{
		READ_GUARD(lt_rw, &lt.rw);
		atomic_u32_store_release(&lt.inside, 1);
		while ((__atomic_load_n(&lt.rw._raw._state, __ATOMIC_RELAXED) & RW_WAITS) == 0)
			cpu_wait(&rounds);
		atomic_u32_store_release(&lt.inside, 2);
		clock_delay_ns(A_MOMENT_NS);
		EXPECT_EQ(lt.in_rw, 0);
	}
	EXPECT(wait_for(&lt.done, 2));
	EXPECT_EQ(atomic_u32_load(&lt.placed[0]), 1);
}

static struct str name_of_first(void)
{
	return str_of_cstr(class_of_spinlock(held_spinlock(0))->_name);
}

KTEST(rw, a_free_lock_has_a_free_word)
{
	{
		WRITE_GUARD(lt_rw, &lt.rw);
		lt.in_rw++;
		EXPECT_EQ(preempt_count(), 1);
		EXPECT(str_equal(name_of_first(), STR("lt_rw")));
	}
	{
		READ_GUARD(lt_rw, &lt.rw);
		EXPECT_EQ(preempt_count(), 1);
		EXPECT(str_equal(name_of_first(), STR("lt_rw")));
	}
	EXPECT_EQ(preempt_count(), 0);
	u32 state = __atomic_load_n(&lt.rw._raw._state, __ATOMIC_RELAXED);
	EXPECT_EQ(state, 0);
}

/* ---- rwmutex ---- */

static void sleep_in_reader(void *)
{
	READ_GUARD(lt_rwmutex, &lt.rwmutex);
	set(&lt.inside, atomic_u32_add(&lt.inside, 1) + 1);
	(void)wait_for(&lt.inside, 3); /* both readers, and the test */
	(void)atomic_u32_add(&lt.done, 1);
	(void)waitq_wake_all(&lt.queue);
}

KTEST(rwmutex, readers_sleep_inside_together)
{
	atomic_u32_store(&lt.inside, 0);
	atomic_u32_store(&lt.done, 0);
	for (u32 i = 0; i < 2; i++)
		REQUIRE_OK(kernel_task_start(sleep_in_reader, nullptr));
	EXPECT(wait_for(&lt.inside, 2));
	set(&lt.inside, 3);
	EXPECT(wait_for(&lt.done, 2));
	WRITE_GUARD(lt_rwmutex, &lt.rwmutex);
	EXPECT_EQ(lt.rwmutex._raw._state, RWMUTEX_WRITER);
}

static void take_place(void)
{
	u32 n = atomic_u32_add(&lt.done, 1);
	atomic_u32_store(&array_at(lt.placed, n), atomic_u32_add(&lt.order, 1) + 1);
	(void)waitq_wake_all(&lt.queue);
}

static void write_in_turn(void *)
{
	set(&lt.inside, 1);
	WRITE_GUARD(lt_rwmutex, &lt.rwmutex);
	lt.in_rwmutex = 1;
	sleep_a_moment();
	lt.in_rwmutex = 2;
	take_place();
}

static void read_in_turn(void *)
{
	READ_GUARD(lt_rwmutex, &lt.rwmutex);
	atomic_u32_store(&lt.placed[7], lt.in_rwmutex);
	take_place();
}

static bool has_sleepers(void)
{
	return (__atomic_load_n(&lt.rwmutex._raw._state, __ATOMIC_RELAXED) & RWMUTEX_SLEEPERS) != 0;
}

KTEST(rwmutex, a_sleeping_writer_is_before_later_readers)
{
	atomic_u32_store(&lt.inside, 0);
	atomic_u32_store(&lt.done, 0);
	{
		READ_GUARD(lt_rwmutex, &lt.rwmutex);
		REQUIRE_OK(kernel_task_start(write_in_turn, nullptr));
		EXPECT(wait_for(&lt.inside, 1));
		while (!has_sleepers())
			task_yield();
		REQUIRE_OK(kernel_task_start(read_in_turn, nullptr));
		sleep_a_moment();
		EXPECT_EQ(atomic_u32_load(&lt.done), 0);
	}
	EXPECT(wait_for(&lt.done, 2));
	EXPECT_EQ(atomic_u32_load(&lt.placed[7]), 2);
	WRITE_GUARD(lt_rwmutex, &lt.rwmutex);
	EXPECT(!has_sleepers());
	lt.in_rwmutex = 0;
}

/* ---- seq ---- */

KTEST(seq, what_is_read_is_what_was_written)
{
	struct lt_pair wrote = { 7, 8 };
	{
		GUARD(lt_seq, &lt.cell.lock);
		EXPECT_EQ(lt.cell.lock._raw._sequence % 2, 1);
		lt_pair_cell_set(&lt.cell, wrote);
		wrote = lt_pair_cell_get(&lt.cell);
	}
	struct lt_pair seen = lt_pair_cell_read(&lt.cell);
	EXPECT_EQ(seen.one, 7);
	EXPECT_EQ(seen.two, 8);
	EXPECT_EQ(wrote.two, 8);
	EXPECT_EQ(preempt_count(), 0);
}

static void write_pairs(void *)
{
	for (u64 i = 0; i < 2000; i++) {
		GUARD(lt_seq, &lt.cell.lock);
		lt_pair_cell_set(&lt.cell, (struct lt_pair){ i, ~i });
	}
	set(&lt.done, 1);
}

KTEST(seq, no_half_of_a_write_is_read)
{
	if (cpu_count() == 1)
		return;
	{
		GUARD(lt_seq, &lt.cell.lock);
		lt_pair_cell_set(&lt.cell, (struct lt_pair){ 0, ~0ull });
	}
	atomic_u32_store(&lt.done, 0);
	REQUIRE_OK(start_on(1, write_pairs, nullptr));
	u64 torn = 0;
	while (atomic_u32_load_acquire(&lt.done) == 0) {
		struct lt_pair seen = lt_pair_cell_read(&lt.cell);
		torn += seen.one != ~seen.two;
	}
	EXPECT_EQ(torn, 0);
}

/* ---- the queue of a spinlock ---- */

static void wait_in_line(void *)
{
	await(&lt.inside, cpu_id());
	GUARD(lt_spin, &lt.spin);
	u32 n = atomic_u32_add(&lt.order, 1);
	atomic_u32_store(&array_at(lt.placed, n), cpu_id());
	(void)atomic_u32_add(&lt.done, 1);
}

/* Each CPU is in the queue before the next one comes. */
KTEST(spin, who_waits_first_is_served_first)
{
	u32 cpus = min_of(cpu_count(), (u32)array_len(lt.placed)), rounds = 0;
	if (cpus < 3)
		return;
	atomic_u32_store(&lt.done, 0);
	atomic_u32_store(&lt.order, 0);
	atomic_u32_store(&lt.inside, 0);
	for (u32 cpu = 1; cpu < cpus; cpu++)
		REQUIRE_OK(start_on(cpu, wait_in_line, nullptr));
	{
		GUARD(lt_spin, &lt.spin);
		for (u32 cpu = 1; cpu < cpus; cpu++) {
			u32 before = __atomic_load_n(&lt.spin._raw._tail, __ATOMIC_RELAXED);
			atomic_u32_store_release(&lt.inside, cpu);
			while (__atomic_load_n(&lt.spin._raw._tail, __ATOMIC_RELAXED) == before)
				cpu_wait(&rounds);
		}
	}
	while (atomic_u32_load_acquire(&lt.done) != cpus - 1)
		task_yield();
	for (u32 i = 0; i + 1 < cpus; i++)
		EXPECT_EQ(atomic_u32_load(&array_at(lt.placed, i)), i + 1);
	GUARD(lt_spin, &lt.spin);
	u32 tail = __atomic_load_n(&lt.spin._raw._tail, __ATOMIC_RELAXED);
	EXPECT_EQ(tail, 0);
}
