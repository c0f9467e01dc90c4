/* SPDX-License-Identifier: MPL-2.0 */
/*
 * futex_pi - mutexes whose owner inherits the priority of those who wait.
 *
 * The word in user memory holds the owner's thread number and FUTEX_WAITERS; who finds it 0 takes
 * it without a call.  Here stand only the mutexes that somebody waits for.  One lock covers them
 * all: chains of owners that wait themselves cross them, and contention is the exception.
 *
 * PI1: a mutex of the table has at least one waiter, and its word names its owner with
 * FUTEX_WAITERS; or an owner died, and the heir has not written the word yet.  PI2: what an owner
 * is lent is the highest standing of all who wait for what it owns, those who wait for one of these
 * included.  PI3: no chain of owners and waiters is a ring.
 */
#include <osxtd/list.h>
#include <osxtd/timer.h>

#include "abi/futex.h"
#include "ipc/futex.h"
#include "ipc/futex_key.h"
#include "sched/sched.h"

enum : u64 { RETRY_NS = 1000000 };
enum pi_state : u32 { PI_WAITS, PI_HAS_IT, PI_HAS_IT_OF_THE_DEAD };

struct pi_waiter {
	struct object object;
	struct list_link link;
	struct task_ref task IMMUTABLE;
	u32 tid IMMUTABLE;
	struct atomic_u32 state ATOMIC_ONLY;
	struct waitq waitq;
};
REF_TYPE(pi_waiter);
LIST_TYPE(pi_waiter_list, pi_waiter, link);
LOCK_CLASS(futex_pi, mutex);

struct pi_mutex {
	struct object object;
	struct list_link link;
	struct futex_key key IMMUTABLE;
	struct uframe_ref frame IMMUTABLE; /* keeps a shared key's page */
	struct task_ref owner OWNER(futex_pi);
	u32 owner_tid OWNER(futex_pi);
	bool has_heir OWNER(futex_pi); /* the word does not name its owner yet */
	struct pi_waiter_list waiters OWNER(futex_pi);
};
REF_TYPE(pi_mutex);
LIST_TYPE(pi_mutex_list, pi_mutex, link);

struct pi_table {
	struct futex_pi_lock lock;
	struct pi_mutex_list mutexes GUARDED(futex_pi);
};
static struct pi_table shared table;
static const struct futex_pi_hooks *shared pi_hooks OWNER(boot);

static void pi_waiter_fini(struct pi_waiter *w)
{
	task_drop(&w->task);
}
OBJECT_TYPE(pi_waiter, pi_waiter_fini);

static void pi_mutex_fini(struct pi_mutex *m)
{
	task_drop(&m->owner);
	uframe_drop(&m->frame);
}
OBJECT_TYPE(pi_mutex, pi_mutex_fini);

void futex_pi_setup(const struct futex_pi_hooks *hooks)
{
	pi_hooks = hooks;
}

/* ---- who waits for whom ---- */

static struct pi_mutex *mutex_of(const struct futex_key *k) HOLDS(futex_pi)
{
	struct pi_mutex *m = pi_mutex_list_first(&table.mutexes);
	while (m != nullptr && !futex_key_equal(&m->key, k))
		m = pi_mutex_list_next(m);
	return m;
}

static bool is_waiter(const struct pi_mutex *m, const struct task *t) HOLDS(futex_pi)
{
	for (const struct pi_waiter *w = pi_waiter_list_first(&m->waiters); w != nullptr;
	     w = pi_waiter_list_next(w)) {
		if (task_get(&w->task) == t)
			return true;
	}
	return false;
}

/* The mutex that t waits for; null: none. */
static struct pi_mutex *awaited_by(const struct task *t) HOLDS(futex_pi)
{
	struct pi_mutex *m = pi_mutex_list_first(&table.mutexes);
	while (m != nullptr && !is_waiter(m, t))
		m = pi_mutex_list_next(m);
	return m;
}

static struct pi_mutex *owned_by(const struct task *t) HOLDS(futex_pi)
{
	struct pi_mutex *m = pi_mutex_list_first(&table.mutexes);
	while (m != nullptr && task_get(&m->owner) != t)
		m = pi_mutex_list_next(m);
	return m;
}

/* The one that t, which waited, was given by an owner's death; there is one until t goes on. */
static struct pi_mutex *inherited_by(const struct task *t) HOLDS(futex_pi)
{
	struct pi_mutex *m = pi_mutex_list_first(&table.mutexes);
	while (m != nullptr && (task_get(&m->owner) != t || !m->has_heir))
		m = pi_mutex_list_next(m);
	return m;
}

static bool counts_more(struct sched_standing a, struct sched_standing b)
{
	return a.rank > b.rank || (a.rank == b.rank && a.due_ns < b.due_ns);
}

/* The one that counts most, of equals who came first; there is one (PI1). */
static struct pi_waiter *best_waiter(const struct pi_mutex *m) HOLDS(futex_pi)
{
	struct pi_waiter *best = pi_waiter_list_first(&m->waiters);
	for (struct pi_waiter *w = best; w != nullptr; w = pi_waiter_list_next(w)) {
		if (counts_more(sched_standing(task_get(&w->task)),
				sched_standing(task_get(&best->task))))
			best = w;
	}
	return best;
}

static struct sched_standing due_to(const struct task *owner) HOLDS(futex_pi)
{
	struct sched_standing most = {};
	for (const struct pi_mutex *m = pi_mutex_list_first(&table.mutexes); m != nullptr;
	     m = pi_mutex_list_next(m)) {
		if (task_get(&m->owner) != owner || pi_waiter_list_is_empty(&m->waiters))
			continue;
		struct sched_standing s = sched_standing(task_get(&best_waiter(m)->task));
		if (counts_more(s, most))
			most = s;
	}
	return most;
}

/* PI2, from t up the chain, which ends (PI3). */
static void lend_along(struct task *t) HOLDS(futex_pi)
{
	for (;;) {
		sched_lend(t, due_to(t));
		const struct pi_mutex *m = awaited_by(t);
		if (m == nullptr)
			return;
		t = task_get(&m->owner);
	}
}

/* Whether m would be waited for by its own owner, through however many others. */
static bool closes_ring(const struct pi_mutex *m, const struct task *self) HOLDS(futex_pi)
{
	while (m != nullptr) {
		if (task_get(&m->owner) == self)
			return true;
		m = awaited_by(task_get(&m->owner));
	}
	return false;
}

/* ---- taking ---- */

/* A mutex that nobody waited for yet; its word names owner_tid. */
static err_t make_mutex(const struct futex_key *k, struct uframe_ref *frame, u32 owner_tid,
			struct pi_mutex_ref *out)
{
	SCOPED_REF(task, owner);
	TRY(pi_hooks->find(owner_tid, &owner));
	TRY(pi_mutex_alloc(out));
	struct pi_mutex *m = pi_mutex_get(out);
	m->key = *k;
	m->frame = uframe_move(frame);
	m->owner = task_move(&owner);
	m->owner_tid = owner_tid;
	return OK;
}

/* Takes a word that names nobody, or marks it so that its owner calls.  *word is what it is then;
 * ERR_AGAIN: it is another one's. */
static err_t take_word(const struct futex_pi_call *c, bool is_awaited, bool tries_only, u32 *word)
{
	TRY(user_read_u32(c->addr, word));
	for (;;) {
		u32 fresh = *word | FUTEX_WAITERS, seen = 0;
		bool is_free = (*word & FUTEX_TID_MASK) == 0;
		if ((*word & FUTEX_TID_MASK) == c->tid)
			return ERR_DEADLK;
		if (is_free && is_awaited) /* the owner ends, and has not handed it over yet */
			return (*word & FUTEX_OWNER_DIED) != 0 ? ERR_AGAIN : ERR_INVAL;
		if (is_free)
			fresh = (*word & FUTEX_OWNER_DIED) | c->tid;
		else if (tries_only || fresh == *word)
			return ERR_AGAIN;
		TRY(user_cmpxchg_u32(c->addr, *word, fresh, &seen));
		if (seen == *word && is_free)
			return OK;
		*word = seen == *word ? fresh : seen;
	}
}

/* OK: it is the caller's, or w is in its queue (*is_queued). */
static err_t take_or_queue(const struct futex_pi_call *c, bool tries_only, struct pi_waiter *w,
			   bool *is_queued)
{
	struct futex_key key = {};
	SCOPED_UFRAME(frame);
	u32 word = 0;
	TRY(futex_key_make(c->space_id, c->addr, c->is_shared, &key, &frame));
	GUARD(futex_pi, &table.lock);
	struct pi_mutex *m = mutex_of(&key);
	err_t err = take_word(c, m != nullptr, tries_only, &word);
	if (err != ERR_AGAIN)
		return err;
	if (m != nullptr && m->owner_tid != (word & FUTEX_TID_MASK) &&
	    (word & FUTEX_OWNER_DIED) == 0)
		return ERR_INVAL;
	if (tries_only)
		return ERR_AGAIN;
	SCOPED_REF(pi_mutex, made);
	if (m == nullptr) {
		TRY(make_mutex(&key, &frame, word & FUTEX_TID_MASK, &made));
		m = pi_mutex_get(&made);
	}
	if (closes_ring(m, task_current()))
		return ERR_DEADLK;
	pi_waiter_list_push_back(&m->waiters, pi_waiter_clone(w));
	*is_queued = true;
	struct task *owner = task_get(&m->owner);
	if (!pi_mutex_is_null(&made))
		pi_mutex_list_push_back(&table.mutexes, pi_mutex_move(&made));
	lend_along(owner);
	return OK;
}

/* PI1. */
static void drop_if_unawaited(struct pi_mutex *m) HOLDS(futex_pi)
{
	SCOPED_REF(pi_mutex, gone);
	if (pi_waiter_list_is_empty(&m->waiters) && !m->has_heir)
		gone = pi_mutex_list_remove(&table.mutexes, m);
}

/* Gives up waiting.  False: it was given the mutex meanwhile. */
static bool withdraw(struct pi_waiter *w)
{
	GUARD(futex_pi, &table.lock);
	if (atomic_u32_load_acquire(&w->state) != PI_WAITS)
		return false;
	struct pi_mutex *m = awaited_by(task_get(&w->task));
	SCOPED_REF(pi_waiter, gone);
	SCOPED_REF(task, owner);
	gone = pi_waiter_list_remove(&m->waiters, w);
	owner = task_clone(task_get(&m->owner));
	drop_if_unawaited(m);
	lend_along(task_get(&owner));
	return true;
}

static err_t write_word(const struct futex_pi_call *c, u32 fresh)
{
	u32 word = 0, seen = 0;
	TRY(user_read_u32(c->addr, &word));
	for (;;) {
		TRY(user_cmpxchg_u32(c->addr, word, fresh, &seen));
		if (seen == word)
			return OK;
		word = seen;
	}
}

/* The owner died: his heir writes the word, which is in the heir's memory at least. */
static err_t inherit(const struct futex_pi_call *c)
{
	GUARD(futex_pi, &table.lock);
	err_t err = write_word(c, FUTEX_OWNER_DIED | FUTEX_WAITERS | c->tid);
	struct pi_mutex *m = inherited_by(task_current());
	m->has_heir = false;
	drop_if_unawaited(m);
	return err;
}

static err_t wait_for_mutex(const struct futex_pi_call *c, struct pi_waiter *w,
			    struct waiter *sleep, u64 deadline_ns)
{
	while (atomic_u32_load_acquire(&w->state) == PI_WAITS) {
		err_t err = waiter_sleep(sleep, WAIT_SIGNAL, deadline_ns);
		if (err != OK && withdraw(w))
			return err == ERR_INTR ? ERR_RESTART_NOINTR : err;
	}
	return atomic_u32_load(&w->state) == PI_HAS_IT ? OK : inherit(c);
}

err_t futex_lock_pi(const struct futex_pi_call *c, bool tries_only, u64 deadline_ns)
{
	bool is_queued = false;
	SCOPED_REF(pi_waiter, r);
	TRY(pi_waiter_alloc(&r));
	struct pi_waiter *w = pi_waiter_get(&r);
	w->task = task_clone(task_current());
	w->tid = c->tid;
	SCOPED_WAITER(sleep);
	waitq_join(&w->waitq, &sleep);
	err_t err = take_or_queue(c, tries_only, w, &is_queued);
	while (err == ERR_BUSY) { /* its owner is about to end: what he leaves counts */
		(void)task_sleep_until(clock_monotonic_ns() + RETRY_NS, WAIT_UNINTERRUPTIBLE);
		err = take_or_queue(c, tries_only, w, &is_queued);
	}
	TRY(err);
	return is_queued ? wait_for_mutex(c, w, &sleep, deadline_ns) : OK;
}

/* ---- letting go ---- */

/* m, which its owner leaves, becomes the property of w. */
static void hand_over(struct pi_mutex *m, struct pi_waiter *w, enum pi_state state) HOLDS(futex_pi)
{
	SCOPED_REF(pi_waiter, heir);
	SCOPED_REF(task, before);
	heir = pi_waiter_list_remove(&m->waiters, w);
	before = task_move(&m->owner);
	m->owner = task_clone(task_get(&w->task));
	m->owner_tid = w->tid;
	m->has_heir = state == PI_HAS_IT_OF_THE_DEAD;
	drop_if_unawaited(m);
	lend_along(task_get(&w->task));
	lend_along(task_get(&before));
	atomic_u32_store_release(&w->state, state);
	(void)waitq_wake_all(&w->waitq);
}

err_t futex_unlock_pi(const struct futex_pi_call *c)
{
	struct futex_key key = {};
	SCOPED_UFRAME(frame);
	u32 word = 0;
	TRY(user_read_u32(c->addr, &word));
	if ((word & FUTEX_TID_MASK) != c->tid)
		return ERR_PERM;
	TRY(futex_key_make(c->space_id, c->addr, c->is_shared, &key, &frame));
	GUARD(futex_pi, &table.lock);
	struct pi_mutex *m = mutex_of(&key);
	if (m != nullptr && task_get(&m->owner) != task_current())
		return ERR_INVAL;
	struct pi_waiter *heir = m == nullptr ? nullptr : best_waiter(m);
	/* The word is the caller's: others may set FUTEX_WAITERS in it, under the lock that is
	 * held. */
	TRY(write_word(c, heir == nullptr ? 0 : FUTEX_WAITERS | heir->tid));
	if (heir != nullptr)
		hand_over(m, heir, PI_HAS_IT);
	return OK;
}

void futex_pi_standing_changed(const struct task *t)
{
	GUARD(futex_pi, &table.lock);
	const struct pi_mutex *m = awaited_by(t);
	if (m != nullptr)
		lend_along(task_get(&m->owner));
}

void futex_exit_pi(void)
{
	const struct task *self = task_current();
	GUARD(futex_pi, &table.lock);
	for (struct pi_mutex *m = owned_by(self); m != nullptr; m = owned_by(self))
		hand_over(m, best_waiter(m), PI_HAS_IT_OF_THE_DEAD);
}
