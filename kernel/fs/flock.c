/* SPDX-License-Identifier: MPL-2.0 */
/*
 * flock - advisory locks on files.
 *
 * L1: locks of one owner and kind never overlap, and neighbours differ in type.
 *
 * A waiting POSIX lock is noted in a global list (owner -> whom it waits for); a new waiter follows
 * that chain and refuses to close a circle.
 */
#include "fs/flock.h"

LOCK_CLASS(lock_set, spin);
LOCK_CLASS(lock_waits, spin);

struct file_lock {
	struct object object;
	struct list_link link OWNER(lock_set);
	struct flock_range range OWNER(lock_set);
};
REF_TYPE(file_lock);
LIST_TYPE(file_lock_list, file_lock, link);

struct lock_set {
	struct object object;
	struct lock_set_lock lock;
	struct file_lock_list locks GUARDED(lock_set);
	struct waitq changed OWNER(waitq);
};

struct lock_wait {
	struct object object;
	struct list_link link OWNER(lock_waits);
	u64 owner IMMUTABLE;
	u64 blocked_on IMMUTABLE;
};
REF_TYPE(lock_wait);
LIST_TYPE(lock_wait_list, lock_wait, link);
shared static struct lock_waits_lock waits_lock;
shared static struct lock_wait_list waits GUARDED(lock_waits);

static void file_lock_fini(struct file_lock *l)
{
	(void)l;
}
OBJECT_TYPE(file_lock, file_lock_fini);

static void lock_wait_fini(struct lock_wait *w)
{
	(void)w;
}
OBJECT_TYPE(lock_wait, lock_wait_fini);

static void lock_set_fini(struct lock_set *s)
{
	GUARD(lock_set, &s->lock);
	SCOPED_REF(file_lock, l);
	while (file_lock_list_pop_front(&s->locks, &l))
		file_lock_drop(&l);
}
OBJECT_TYPE(lock_set, lock_set_fini);

struct lock_sets_lock shared lock_sets_lock;

/* The inode's set, made if need be. */
static err_t lock_set_of(struct inode *i, struct lock_set_ref *out)
{
	SCOPED_REF(lock_set, made);
	if (atomic_u32_load(&i->has_locks) == 0)
		TRY(lock_set_alloc(&made));
	GUARD(lock_sets, &lock_sets_lock);
	if (lock_set_is_null(&i->locks)) {
		i->locks = lock_set_move(&made);
		atomic_u32_store(&i->has_locks, 1);
	}
	*out = lock_set_clone(lock_set_get(&i->locks));
	return OK;
}

/* The set that is there already, or null. */
static void find_lock_set(struct inode *i, struct lock_set_ref *out)
{
	GUARD(lock_sets, &lock_sets_lock);
	*out = lock_set_clone_or_null(lock_set_get_or_null(&i->locks));
}

void flock_drop_all(struct inode *i)
{
	SCOPED_REF(lock_set, gone);
	GUARD(lock_sets, &lock_sets_lock);
	gone = lock_set_move(&i->locks);
}

static bool same_owner(const struct flock_range *a, const struct flock_range *b)
{
	return a->kind == b->kind && a->owner == b->owner;
}

static bool conflicts(const struct flock_range *held, const struct flock_range *want)
{
	if ((held->kind == FLOCK_BSD) != (want->kind == FLOCK_BSD) || same_owner(held, want))
		return false;
	if (held->end < want->start || want->end < held->start)
		return false;
	return held->type == F_WRLCK || want->type == F_WRLCK;
}

BORROWS static struct file_lock *find_conflict(struct lock_set *s, const struct flock_range *want)
	HOLDS(lock_set)
{
	for (struct file_lock *l = file_lock_list_first(&s->locks); l != nullptr;
	     l = file_lock_list_next(l)) {
		if (conflicts(&l->range, want))
			return l;
	}
	return nullptr;
}

static void remove_lock(struct lock_set *s, struct file_lock *l) HOLDS(lock_set)
{
	struct file_lock_ref gone = file_lock_list_remove(&s->locks, l);
	file_lock_drop(&gone);
}

/* Objects made before the lock is taken: the new lock, and the rest behind it of one that is split.
 */
struct ON_STACK spares {
	struct file_lock_ref fresh;
	struct file_lock_ref rest;
};
static void spares_fini(struct spares *s)
{
	file_lock_drop(&s->fresh);
	file_lock_drop(&s->rest);
}

/* Makes room for *want among what its owner has, or joins with it.  l is of the same owner.  True:
 * l stays. */
static bool cut_lock(struct lock_set *s, struct file_lock *l, struct flock_range *want,
		     struct spares *spare) HOLDS(lock_set)
{
	struct flock_range *r = &l->range;
	if (r->type == want->type) {
		/* Neighbours join too: +1 cannot wrap, ends are at most INT64_MAX. */
		if (r->end + 1 < want->start || want->end + 1 < r->start)
			return true;
		want->start = min_of(want->start, r->start);
		want->end = max_of(want->end, r->end);
		return false;
	}
	if (r->end < want->start || want->end < r->start)
		return true;
	if (r->start < want->start && r->end > want->end) {
		struct file_lock *rest = file_lock_get(&spare->rest);
		rest->range = *r;
		rest->range.start = want->end + 1;
		r->end = want->start - 1;
		file_lock_list_push_back(&s->locks, file_lock_move(&spare->rest));
		return true;
	}
	if (r->start < want->start)
		r->end = want->start - 1;
	else if (r->end > want->end)
		r->start = want->end + 1;
	else
		return false;
	return true;
}

static void apply(struct lock_set *s, struct flock_range want, struct spares *spare) HOLDS(lock_set)
{
	struct file_lock *l = file_lock_list_first(&s->locks);
	while (l != nullptr) {
		struct file_lock *next = file_lock_list_next(l);
		if (same_owner(&l->range, &want) && !cut_lock(s, l, &want, spare))
			remove_lock(s, l);
		l = next;
	}
	if (want.type == F_UNLCK)
		return;
	file_lock_get(&spare->fresh)->range = want;
	file_lock_list_push_back(&s->locks, file_lock_move(&spare->fresh));
}

/* flock(2): a conversion gives up the old lock before it asks for the new one.  True: nothing to
 * do. */
static bool convert_bsd(struct lock_set *s, const struct flock_range *want) HOLDS(lock_set)
{
	for (struct file_lock *l = file_lock_list_first(&s->locks); l != nullptr;
	     l = file_lock_list_next(l)) {
		if (!same_owner(&l->range, want))
			continue;
		if (l->range.type == want->type)
			return true;
		remove_lock(s, l);
		return false;
	}
	return false;
}

/* ---- deadlocks ---- */

static bool closes_circle(u64 me, u64 blocker) HOLDS(lock_waits)
{
	for (u32 steps = 0; steps < 64; steps++) {
		struct lock_wait *w = lock_wait_list_first(&waits);
		if (blocker == me)
			return true;
		while (w != nullptr && w->owner != blocker)
			w = lock_wait_list_next(w);
		if (w == nullptr)
			return false;
		blocker = w->blocked_on;
	}
	return true;
}

static err_t note_wait(u64 me, u64 blocker, struct lock_wait_ref *out)
{
	TRY(lock_wait_alloc(out));
	struct lock_wait *w = lock_wait_get(out);
	w->owner = me;
	w->blocked_on = blocker;
	GUARD(lock_waits, &waits_lock);
	if (closes_circle(me, blocker))
		return ERR_DEADLK;
	lock_wait_list_push_back(&waits, lock_wait_clone(w));
	return OK;
}

static void forget_wait(struct lock_wait *w)
{
	GUARD(lock_waits, &waits_lock);
	struct lock_wait_ref gone = lock_wait_list_remove(&waits, w);
	lock_wait_drop(&gone);
}

static err_t sleep_for(struct waiter *w, const struct flock_range *want,
		       const struct flock_range *held)
{
	SCOPED_REF(lock_wait, note);
	bool noted = want->kind == FLOCK_POSIX && held->kind == FLOCK_POSIX;
	if (noted)
		TRY(note_wait(want->owner, held->owner, &note));
	err_t e = waiter_sleep(w, WAIT_SIGNAL, NO_DEADLINE);
	if (noted)
		forget_wait(lock_wait_get(&note));
	return e == ERR_INTR ? ERR_RESTART : e;
}

/* One attempt.  ERR_AGAIN: *held is in the way. */
static err_t try_set(struct lock_set *s, const struct flock_range *want, struct flock_range *held)
{
	struct spares spare CLEANUP(spares_fini) = {};
	TRY(file_lock_alloc(&spare.fresh));
	TRY(file_lock_alloc(&spare.rest));
	{
		GUARD(lock_set, &s->lock);
		if (want->kind == FLOCK_BSD && want->type != F_UNLCK && convert_bsd(s, want))
			return OK;
		struct file_lock *blocker = want->type == F_UNLCK ? nullptr
								  : find_conflict(s, want);
		if (blocker != nullptr) {
			*held = blocker->range;
			return ERR_AGAIN;
		}
		apply(s, *want, &spare);
	}
	(void)waitq_wake_all(&s->changed);
	return OK;
}

err_t flock_set(struct inode *i, const struct flock_range *want, enum flock_wait wait)
{
	SCOPED_REF(lock_set, ref);
	struct flock_range held = {};
	if (want->type == F_UNLCK && atomic_u32_load(&i->has_locks) == 0)
		return OK;
	TRY(lock_set_of(i, &ref));
	struct lock_set *s = lock_set_get(&ref);
	if (wait == FLOCK_NOWAIT)
		return try_set(s, want, &held);
	SCOPED_WAITER(w);
	waitq_join(&s->changed, &w);
	for (;;) {
		err_t e = try_set(s, want, &held);
		if (e != ERR_AGAIN)
			return e;
		TRY(sleep_for(&w, want, &held));
	}
}

void flock_test(struct inode *i, const struct flock_range *want, struct flock_range *out)
{
	SCOPED_REF(lock_set, ref);
	*out = *want;
	out->type = F_UNLCK;
	find_lock_set(i, &ref);
	if (lock_set_is_null(&ref))
		return;
	struct lock_set *s = lock_set_get(&ref);
	GUARD(lock_set, &s->lock);
	const struct file_lock *l = find_conflict(s, want);
	if (l != nullptr)
		*out = l->range;
}

u64 flock_file_owner(struct file *f)
{
	shared static struct atomic_u64 last_owner;
	u64 owner = atomic_u64_load(&f->lock_owner);
	if (owner != 0)
		return owner;
	u64 fresh = atomic_u64_add(&last_owner, 1) + 1;
	return atomic_u64_cas(&f->lock_owner, &owner, fresh) ? fresh : owner;
}

void flock_forget(struct inode *i, enum flock_kind kind, u64 owner)
{
	struct flock_range all = {
		.kind = kind, .type = F_UNLCK, .owner = owner, .start = 0, .end = FLOCK_END
	};
	SCOPED_REF(lock_set, ref);
	find_lock_set(i, &ref);
	if (lock_set_is_null(&ref))
		return;
	struct lock_set *s = lock_set_get(&ref);
	struct spares none CLEANUP(spares_fini) = {};
	{
		GUARD(lock_set, &s->lock);
		apply(s, all, &none); /* the whole range splits nothing */
	}
	(void)waitq_wake_all(&s->changed);
}
