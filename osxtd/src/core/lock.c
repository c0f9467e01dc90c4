/* SPDX-License-Identifier: MPL-2.0 */
/*
 * lock - the contended paths of the raw locks.
 *
 * A mutex keeps its sleepers in a queue under a small spinlock.  Unlock frees it first and then
 * wakes the first sleeper, which competes again; MUTEX_SLEEPERS is set as long as anybody may
 * sleep, so no wake-up is lost.
 */
#include <osxtd/lock.h>
#include <osxtd/task.h>

LOCK_CLASS_RAW(mutex_guard, spin);

const struct lock_class *lock_class_of(u32 word)
{
	u64 near = address_of_(&mutex_guard_held);
	UNSAFE("1. word was made of the address of a class, less than 2 GiB from this one")
	return (const struct lock_class *)(near + (u64)(i64)(i32)(word - (u32)near));
}

void spin_raw_contended(struct spin_raw *l, u32 word)
{
	u32 rounds = 0;
	while (__atomic_exchange_n(&l->_word, word, __ATOMIC_ACQUIRE) != 0) {
		while (__atomic_load_n(&l->_word, __ATOMIC_RELAXED) != 0)
			cpu_wait(&rounds);
	}
}

/* Lives on the stack of its task until it was woken and has left the queue. */
struct mutex_sleeper {
	struct mutex_sleeper *next;
	struct task *task;
	u32 queued;
};

/* Under _guard.  The sleeper stays valid until queued is 0: only then does its frame end. */
static void sleeper_enqueue(struct mutex_raw *m, struct mutex_sleeper *s)
{
	s->next = nullptr;
	s->queued = 1;
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

/* A queued sleeper is valid; it is not touched after queued is cleared, the task is kept by its
 * reference. */
void mutex_raw_wake(struct mutex_raw *m)
{
	spin_raw_lock(&m->_guard, &mutex_guard_held);
	struct mutex_sleeper *s = m->_first;
	struct task_ref t = {};
	if (s != nullptr) {
		m->_first = s->next;
		if (s->next == nullptr)
			m->_last = nullptr;
		t = task_clone(s->task);
		__atomic_store_n(&s->queued, 0, __ATOMIC_RELEASE);
	}
	spin_raw_unlock(&m->_guard);
	if (!task_is_null(&t))
		task_unpark(task_get(&t));
	task_drop(&t);
}
