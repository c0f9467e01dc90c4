/* SPDX-License-Identifier: MPL-2.0 */
/*
 * lock - the contended paths of the raw locks.
 *
 * Who finds a spinlock taken joins its queue: the lock's tail names the last one that waits, who
 * waits tells the one before it where it is and looks at a line of its own CPU until that one has
 * the lock.  Only the first in the queue looks at the lock.  A newcomer's one exchange may take a
 * lock that is free just then, before the first of the queue sees it: the uncontended path knows
 * nothing of queues, and a virtual CPU that is away while it is its turn keeps nobody else from a
 * free lock.
 *
 * A mutex keeps its sleepers in a queue under a small spinlock.  Unlock frees it first and then
 * wakes the first sleeper, which competes again; MUTEX_SLEEPERS is set as long as anybody may
 * sleep, so no wake-up is lost.
 */
#include <osxtd/lock.h>
#include <osxtd/task.h>

#include "panic.h"

LOCK_CLASS_RAW(mutex_guard, spin);

const struct lock_class *lock_class_of(u32 word)
{
	u64 near = address_of_(&mutex_guard_held);
	UNSAFE("1. word was made of the address of a class, less than 2 GiB from this one")
	return (const struct lock_class *)(near + (u64)(i64)(i32)(word - (u32)near));
}

/* ---- spin ---- */

/* A task waits, and a handler that interrupted it, and one that interrupted that. */
enum : u32 { WAIT_LEVELS = 4 };

struct spin_waiter {
	u32 behind;   /* the place of who comes next, 0: nobody is known */
	u32 is_first; /* all before it have had the lock */
};
struct spin_waiters {
	struct spin_waiter at[WAIT_LEVELS];
	u32 depth; /* of them in use */
};
PER_CPU(struct spin_waiters, spin_waiters);

/* Places are numbered from 1, over all CPUs. */
static struct spin_waiter *waiter_at(u32 place)
{
	struct spin_waiters *of = per_cpu(spin_waiters, (place - 1) / WAIT_LEVELS);
	return &array_at(of->at, (place - 1) % WAIT_LEVELS);
}

static void queue_join(struct spin_raw *l, u32 place)
{
	struct spin_waiter *me = waiter_at(place);
	u32 rounds = 0;
	__atomic_store_n(&me->behind, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&me->is_first, 0, __ATOMIC_RELAXED);
	u32 before = __atomic_exchange_n(&l->_tail, place, __ATOMIC_ACQ_REL);
	if (before == 0)
		return;
	__atomic_store_n(&waiter_at(before)->behind, place, __ATOMIC_RELEASE);
	while (__atomic_load_n(&me->is_first, __ATOMIC_ACQUIRE) == 0)
		cpu_wait(&rounds);
}

/* Who follows is first; one that has made itself the tail says soon where it is. */
static void queue_leave(struct spin_raw *l, u32 place)
{
	const struct spin_waiter *me = waiter_at(place);
	u32 rounds = 0, last = place;
	if (__atomic_load_n(&me->behind, __ATOMIC_ACQUIRE) == 0 &&
	    __atomic_compare_exchange_n(&l->_tail, &last, 0, false, __ATOMIC_ACQ_REL,
					__ATOMIC_RELAXED))
		return;
	while (__atomic_load_n(&me->behind, __ATOMIC_ACQUIRE) == 0)
		cpu_wait(&rounds);
	u32 next = __atomic_load_n(&me->behind, __ATOMIC_RELAXED);
	__atomic_store_n(&waiter_at(next)->is_first, 1, __ATOMIC_RELEASE);
}

static void spin_until_taken(struct spin_raw *l, u32 word)
{
	u32 rounds = 0;
	while (__atomic_exchange_n(&l->_word, word, __ATOMIC_ACQUIRE) != 0) {
		while (__atomic_load_n(&l->_word, __ATOMIC_RELAXED) != 0)
			cpu_wait(&rounds);
	}
}

/* In a panic the others have stopped, perhaps in the queue.  A handler leaves depth as it was. */
void spin_raw_contended(struct spin_raw *l, u32 word)
{
	struct spin_waiters *mine = this_cpu(spin_waiters);
	u32 level = mine->depth;
	if (unlikely(level == WAIT_LEVELS || panic_has_begun())) {
		spin_until_taken(l, word);
		return;
	}
	u32 place = cpu_id() * WAIT_LEVELS + level + 1;
	mine->depth = level + 1;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	queue_join(l, place);
	spin_until_taken(l, word);
	queue_leave(l, place);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	mine->depth = level;
}

/* ---- rw ---- */

/* Whoever finds it taken queues, reader or writer: the holder of _queue is the next one. */
static void rw_queue(struct rw_raw *l, u32 word)
{
	if (__atomic_exchange_n(&l->_queue._word, word, __ATOMIC_ACQUIRE) != 0)
		spin_raw_contended(&l->_queue, word);
}
static void rw_next(struct rw_raw *l)
{
	__atomic_store_n(&l->_queue._word, 0, __ATOMIC_RELEASE);
}

/* RW_WAITS keeps new readers out until those that are in have left. */
void rw_raw_lock_contended(struct rw_raw *l, u32 word)
{
	u32 rounds = 0, seen = 0;
	rw_queue(l, word);
	__atomic_fetch_or(&l->_state, RW_WAITS, __ATOMIC_RELAXED);
	for (;;) {
		seen = RW_WAITS;
		if (__atomic_compare_exchange_n(&l->_state, &seen, RW_WRITER, false,
						__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			break;
		while (__atomic_load_n(&l->_state, __ATOMIC_RELAXED) != RW_WAITS)
			cpu_wait(&rounds);
	}
	rw_next(l);
}

/* The caller has counted itself.  Counted again as the next one, it keeps new writers out, and
 * waits for the one that is in. */
void rw_raw_read_contended(struct rw_raw *l, u32 word)
{
	u32 rounds = 0;
	__atomic_fetch_sub(&l->_state, RW_READER, __ATOMIC_RELAXED);
	rw_queue(l, word);
	u32 seen = __atomic_fetch_add(&l->_state, RW_READER, __ATOMIC_ACQUIRE);
	while ((seen & RW_WRITER) != 0) {
		cpu_wait(&rounds);
		seen = __atomic_load_n(&l->_state, __ATOMIC_ACQUIRE);
	}
	rw_next(l);
}

/* ---- mutex ---- */

/* Lives on the stack of its task until it was woken and has left the queue. */
struct mutex_sleeper {
	struct mutex_sleeper *next;
	struct task *task;
	u32 queued;
	bool is_reader; /* of an rwmutex */
};

/* Under _guard.  The sleeper stays valid until queued is 0: only then does its frame end. */
static void sleeper_enqueue(struct mutex_raw *m, struct mutex_sleeper *s)
{
	s->next = nullptr;
	__atomic_store_n(&s->queued, 1, __ATOMIC_RELAXED);
	if (m->_last != nullptr)
		m->_last->next = s;
	else
		m->_first = s;
	m->_last = s;
}

void mutex_raw_contended(struct mutex_raw *m, u32 word)
{
	might_sleep();
	struct mutex_sleeper me = { .task = task_current() };
	for (;;) {
		spin_raw_lock(&m->_guard, &mutex_guard_held);
		if (__atomic_exchange_n(&m->_held, word | MUTEX_SLEEPERS, __ATOMIC_ACQUIRE) == 0) {
			if (m->_first == nullptr)
				__atomic_store_n(&m->_held, word, __ATOMIC_RELAXED);
			spin_raw_unlock(&m->_guard);
			return;
		}
		sleeper_enqueue(m, &me);
		spin_raw_unlock(&m->_guard);
		while (__atomic_load_n(&me.queued, __ATOMIC_ACQUIRE) != 0)
			task_park();
	}
}

/* Under _guard: the first sleeper leaves the queue; its frame may end right then, so what is left
 * of it is a reference to its task. */
static void sleeper_pop(struct mutex_raw *m, struct task_ref *out)
{
	struct mutex_sleeper *s = m->_first;
	m->_first = s->next;
	if (s->next == nullptr)
		m->_last = nullptr;
	*out = task_clone(s->task);
	__atomic_store_n(&s->queued, 0, __ATOMIC_RELEASE);
}

void mutex_raw_wake(struct mutex_raw *m)
{
	SCOPED_REF(task, t);
	spin_raw_lock(&m->_guard, &mutex_guard_held);
	if (m->_first != nullptr)
		sleeper_pop(m, &t);
	spin_raw_unlock(&m->_guard);
	if (!task_is_null(&t))
		task_unpark(task_get(&t));
}

/* ---- rwmutex ---- */

/* The first sleeper gets it if it can: with RWMUTEX_SLEEPERS set nobody else takes it, and holders
 * only leave. */
static bool rwmutex_grant(struct rwmutex_raw *l, struct task_ref *out)
{
	struct mutex_raw *m = &l->_m;
	spin_raw_lock(&m->_guard, &mutex_guard_held);
	const struct mutex_sleeper *s = m->_first;
	u32 state = __atomic_load_n(&l->_state, __ATOMIC_ACQUIRE);
	bool can = s != nullptr && (state & RWMUTEX_WRITER) == 0 &&
		   (s->is_reader || state < RWMUTEX_READER);
	if (can) {
		u32 gets = s->is_reader ? RWMUTEX_READER : RWMUTEX_WRITER;
		u32 ends = s->next == nullptr ? RWMUTEX_SLEEPERS : 0;
		__atomic_fetch_add(&l->_state, gets - ends, __ATOMIC_ACQ_REL);
		sleeper_pop(m, out);
	}
	spin_raw_unlock(&m->_guard);
	return can;
}

void rwmutex_raw_wake(struct rwmutex_raw *l)
{
	for (;;) {
		SCOPED_REF(task, t);
		if (!rwmutex_grant(l, &t))
			return;
		if (task_get(&t) != task_current())
			task_unpark(task_get(&t));
	}
}

/* Queued first, then looked at: whoever leaves before it sees RWMUTEX_SLEEPERS left it free. */
static void rwmutex_queue(struct rwmutex_raw *l, bool is_reader)
{
	might_sleep();
	struct mutex_sleeper me = { .task = task_current(), .is_reader = is_reader };
	spin_raw_lock(&l->_m._guard, &mutex_guard_held);
	sleeper_enqueue(&l->_m, &me);
	__atomic_fetch_or(&l->_state, RWMUTEX_SLEEPERS, __ATOMIC_ACQ_REL);
	spin_raw_unlock(&l->_m._guard);
	rwmutex_raw_wake(l);
	while (__atomic_load_n(&me.queued, __ATOMIC_ACQUIRE) != 0)
		task_park();
}

void rwmutex_raw_lock_contended(struct rwmutex_raw *l)
{
	rwmutex_queue(l, false);
}

void rwmutex_raw_read_contended(struct rwmutex_raw *l)
{
	rwmutex_queue(l, true);
}

/* ---- seq ---- */

UNSAFE("1. the words are whole and aligned: SEQ_CELL asks for it; 2. what is read while somebody "
       "writes is thrown away")
static void copy_words(u32 *to, const u32 *from, usize n)
{
	for (usize i = 0; i < n; i++)
		__atomic_store_n(&to[i], __atomic_load_n(&from[i], __ATOMIC_RELAXED),
				 __ATOMIC_RELAXED);
}

void seq_raw_read(const struct seq_raw *l, const struct lock_class *cls, void *out,
		  const void *from, usize len)
{
	u32 rounds = 0;
	lockdep_acquire(cls, LOCKDEP_LOOK);
	for (;;) {
		u32 before = __atomic_load_n(&l->_sequence, __ATOMIC_ACQUIRE);
		if (before % 2 == 0) {
			UNSAFE("1. the caller's promise: both have len bytes, in whole words")
			{
				copy_words((u32 *)out, (const u32 *)from, len / sizeof(u32));
			}
			__atomic_thread_fence(__ATOMIC_ACQUIRE);
			if (__atomic_load_n(&l->_sequence, __ATOMIC_RELAXED) == before)
				return;
		}
		cpu_wait(&rounds);
	}
}

void seq_raw_write(void *to, const void *from, usize len)
{
	UNSAFE("1. the caller's promise: both have len bytes, in whole words; 2. it is the only "
	       "writer")
	{
		copy_words((u32 *)to, (const u32 *)from, len / sizeof(u32));
	}
}
