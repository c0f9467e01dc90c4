/* SPDX-License-Identifier: MPL-2.0 */
/*
 * futex - hashed queues of waiters.
 *
 * F1: a waiter is on the list of the bucket that its key hashes to, from enqueue until it is woken
 * or leaves; both under that bucket's lock.  A requeue takes it off one list and puts it on the
 * other; in between it is in transit, as if it had been requeued after whatever happens to the
 * other futex meanwhile. F2: the value at the address is compared after the waiter is in the queue:
 * who changes the value and then wakes finds it there.
 */
#include "ipc/futex.h"

#include <osxtd/list.h>
#include <osxtd/task.h>
#include <osxtd/timer.h>

#include "abi/futex.h"
#include "ipc/futex_key.h"

enum : u32 { BUCKETS = 256, IN_TRANSIT = UINT32_MAX };

struct futex_waiter {
	struct object object;
	struct list_link link;
	struct futex_key key;
	u32 bits;
	struct atomic_u32 bucket; /* where it queues, or IN_TRANSIT; changes under the lock of the
				     bucket it leaves or joins */
	struct atomic_u32 is_woken;
	struct uframe_ref frame; /* keeps a shared key's page */
	bool waits_for_pi;	 /* to be requeued to pi_key, and nothing else */
	struct futex_key pi_key;
	struct waitq waitq;
};
REF_TYPE(futex_waiter);
LIST_TYPE(futex_list, futex_waiter, link);
LOCK_CLASS(futex_bucket, spin);

struct futex_bucket {
	struct futex_bucket_lock lock;
	struct futex_list waiters GUARDED(futex_bucket);
	struct atomic_u32 count ATOMIC_ONLY; /* lets a wake with nobody there go without the lock */
};
static struct futex_bucket shared buckets[BUCKETS];

static void futex_waiter_fini(struct futex_waiter *w)
{
	uframe_drop(&w->frame);
}
OBJECT_TYPE(futex_waiter, futex_waiter_fini);

static u32 bucket_of(const struct futex_key *k)
{
	u64 h = wrap_mul(k->address >> 2 ^ k->space << 40, 0x9e3779b97f4a7c15u);
	return (u32)(h >> 56) & (BUCKETS - 1);
}

/* ---- waiting ---- */

static void enqueue(struct futex_waiter *w)
{
	struct futex_bucket *b = &array_at(buckets, atomic_u32_load(&w->bucket));
	(void)atomic_u32_add(&b->count, 1);
	GUARD(futex_bucket, &b->lock);
	futex_list_push_back(&b->waiters, futex_waiter_clone(w));
}

static void unlink_waiter(struct futex_bucket *b, struct futex_waiter *w,
			  struct futex_waiter_ref *out) HOLDS(futex_bucket)
{
	*out = futex_list_remove(&b->waiters, w);
	(void)atomic_u32_sub(&b->count, 1);
}

/* Takes w off its queue if nobody woke it.  True when it was still there. */
static bool leave(struct futex_waiter *w)
{
	for (;;) {
		u32 at = atomic_u32_load_acquire(&w->bucket);
		if (at == IN_TRANSIT) {
			cpu_relax();
			continue;
		}
		struct futex_bucket *b = &array_at(buckets, at);
		SCOPED_REF(futex_waiter, gone);
		GUARD(futex_bucket, &b->lock);
		if (at != atomic_u32_load(&w->bucket))
			continue; /* requeued meanwhile */
		if (!futex_list_is_linked(w))
			return false;
		unlink_waiter(b, w, &gone);
		return true;
	}
}

static err_t sleep_on(struct futex_waiter *fw, struct waiter *w, u64 deadline_ns)
{
	while (atomic_u32_load_acquire(&fw->is_woken) == 0) {
		err_t err = waiter_sleep(w, WAIT_SIGNAL, deadline_ns);
		if (err != OK)
			return leave(fw) ? err : OK;
	}
	return OK;
}

/* fw, which has its key, waits while the word is value. */
static err_t wait_as(struct futex_waiter *fw, struct uaddr addr, u32 value, u64 deadline_ns)
{
	u32 seen = 0;
	atomic_u32_store(&fw->bucket, bucket_of(&fw->key));
	SCOPED_WAITER(w);
	waitq_join(&fw->waitq, &w);
	enqueue(fw);
	err_t err = user_read_u32(addr, &seen); /* F2 */
	if (err == OK && seen != value)
		err = ERR_AGAIN;
	if (err != OK)
		return leave(fw) ? err : (err == ERR_AGAIN ? OK : err);
	return sleep_on(fw, &w, deadline_ns);
}

err_t futex_wait(u64 space_id, struct uaddr addr, bool is_shared, u32 value, u32 bits,
		 u64 deadline_ns)
{
	if (bits == 0)
		return ERR_INVAL;
	SCOPED_REF(futex_waiter, r);
	TRY(futex_waiter_alloc(&r));
	struct futex_waiter *fw = futex_waiter_get(&r);
	TRY(futex_key_make(space_id, addr, is_shared, &fw->key, &fw->frame));
	fw->bits = bits;
	return wait_as(fw, addr, value, deadline_ns);
}

err_t futex_wait_for_pi(u64 space_id, struct uaddr addr, bool is_shared, u32 value,
			struct uaddr pi_addr, u64 deadline_ns)
{
	SCOPED_UFRAME(pi_frame);
	SCOPED_REF(futex_waiter, r);
	TRY(futex_waiter_alloc(&r));
	struct futex_waiter *fw = futex_waiter_get(&r);
	TRY(futex_key_make(space_id, pi_addr, is_shared, &fw->pi_key, &pi_frame));
	TRY(futex_key_make(space_id, addr, is_shared, &fw->key, &fw->frame));
	if (futex_key_equal(&fw->key, &fw->pi_key))
		return ERR_INVAL;
	fw->waits_for_pi = true;
	fw->bits = FUTEX_BITSET_MATCH_ANY;
	return wait_as(fw, addr, value, deadline_ns);
}

/* ---- waking ---- */

static void wake_one(struct futex_bucket *b, struct futex_waiter *w) HOLDS(futex_bucket)
{
	SCOPED_REF(futex_waiter, gone);
	unlink_waiter(b, w, &gone);
	atomic_u32_store_release(&w->is_woken, 1);
	(void)waitq_wake_all(&w->waitq);
}

/* ERR_INVAL: one of them waits for a requeue to a mutex that inherits priority. */
static err_t wake_key(struct futex_bucket *b, const struct futex_key *k, u32 count, u32 bits,
		      i64 *total) HOLDS(futex_bucket)
{
	u32 woken = 0;
	struct futex_waiter *next = nullptr;
	for (struct futex_waiter *w = futex_list_first(&b->waiters); w != nullptr && woken < count;
	     w = next) {
		next = futex_list_next(w);
		if (!futex_key_equal(&w->key, k) || (w->bits & bits) == 0)
			continue;
		if (w->waits_for_pi)
			return ERR_INVAL;
		wake_one(b, w);
		woken++;
	}
	*total += woken;
	return OK;
}

err_t futex_wake(u64 space_id, struct uaddr addr, bool is_shared, u32 count, u32 bits, i64 *woken)
{
	struct futex_key k = {};
	SCOPED_UFRAME(frame);
	if (bits == 0)
		return ERR_INVAL;
	TRY(futex_key_make(space_id, addr, is_shared, &k, &frame));
	struct futex_bucket *b = &array_at(buckets, bucket_of(&k));
	if (atomic_u32_load_acquire(&b->count) == 0)
		return OK;
	GUARD(futex_bucket, &b->lock);
	return wake_key(b, &k, count, bits, woken);
}

/* ---- two addresses ---- */

struct ON_STACK key_pair {
	struct futex_key a, b;
	struct uframe_ref frame_a, frame_b;
};
static void key_pair_fini(struct key_pair *p)
{
	uframe_drop(&p->frame_a);
	uframe_drop(&p->frame_b);
}

static err_t make_pair(u64 space_id, struct uaddr a, struct uaddr b, bool is_shared,
		       struct key_pair *out)
{
	TRY(futex_key_make(space_id, a, is_shared, &out->a, &out->frame_a));
	return futex_key_make(space_id, b, is_shared, &out->b, &out->frame_b);
}

/* Wakes some of the first futex and takes up to r->move more off its list. */
static err_t take_waiters(const struct futex_requeue *r, const struct key_pair *keys,
			  struct futex_list *moving, i64 *affected)
{
	struct futex_bucket *b = &array_at(buckets, bucket_of(&keys->a));
	u32 moved = 0;
	GUARD(futex_bucket, &b->lock);
	TRY(wake_key(b, &keys->a, r->wake, FUTEX_BITSET_MATCH_ANY, affected));
	if (futex_key_equal(&keys->a, &keys->b))
		return OK;
	struct futex_waiter *next = nullptr;
	for (struct futex_waiter *w = futex_list_first(&b->waiters);
	     w != nullptr && moved < r->move; w = next) {
		next = futex_list_next(w);
		if (!futex_key_equal(&w->key, &keys->a))
			continue;
		if (w->waits_for_pi)
			return ERR_INVAL;
		SCOPED_REF(futex_waiter, taken);
		unlink_waiter(b, w, &taken);
		atomic_u32_store_release(&w->bucket, IN_TRANSIT);
		futex_list_push_back(moving, futex_waiter_move(&taken));
		moved++;
		*affected += 1;
	}
	return OK;
}

static void put_waiters(struct key_pair *keys, struct futex_list *moving)
{
	u32 to = bucket_of(&keys->b);
	struct futex_bucket *b = &array_at(buckets, to);
	SCOPED_REF(futex_waiter, r);
	GUARD(futex_bucket, &b->lock);
	while (futex_list_pop_front(moving, &r)) {
		struct futex_waiter *w = futex_waiter_get(&r);
		w->key = keys->b;
		uframe_drop(&w->frame);
		if (!uframe_is_null(&keys->frame_b))
			w->frame = uframe_clone(uframe_get(&keys->frame_b));
		(void)atomic_u32_add(&b->count, 1);
		futex_list_push_back(&b->waiters, futex_waiter_move(&r));
		atomic_u32_store_release(&w->bucket, to);
	}
}

/* Before any lock: user memory may fault.  Who changes the word meanwhile races with this call
 * anyway. */
static err_t check_expected(const struct futex_requeue *r)
{
	u32 seen = 0;
	if (!r->has_expected)
		return OK;
	TRY(user_read_u32(r->from, &seen));
	return seen == r->expected ? OK : ERR_AGAIN;
}

err_t futex_requeue(u64 space_id, const struct futex_requeue *r, i64 *affected)
{
	struct key_pair keys CLEANUP(key_pair_fini) = {};
	TRY(make_pair(space_id, r->from, r->to, r->is_shared, &keys));
	TRY(check_expected(r));
	struct futex_list moving = {};
	err_t err = take_waiters(r, &keys, &moving, affected);
	put_waiters(&keys, &moving);
	return err;
}

/* Each of them takes the mutex itself (futex_lock_pi), by priority. */
static err_t wake_for_pi(const struct futex_requeue *r, const struct key_pair *keys, i64 *affected)
{
	struct futex_bucket *b = &array_at(buckets, bucket_of(&keys->a));
	struct futex_waiter *next = nullptr;
	u64 most = (u64)r->wake + r->move;
	GUARD(futex_bucket, &b->lock);
	for (struct futex_waiter *w = futex_list_first(&b->waiters);
	     w != nullptr && (u64)*affected < most; w = next) {
		next = futex_list_next(w);
		if (!futex_key_equal(&w->key, &keys->a))
			continue;
		if (!w->waits_for_pi || !futex_key_equal(&w->pi_key, &keys->b))
			return ERR_INVAL;
		wake_one(b, w);
		*affected += 1;
	}
	return OK;
}

err_t futex_requeue_pi(u64 space_id, const struct futex_requeue *r, i64 *affected)
{
	struct key_pair keys CLEANUP(key_pair_fini) = {};
	if (r->wake != 1)
		return ERR_INVAL;
	TRY(make_pair(space_id, r->from, r->to, r->is_shared, &keys));
	if (futex_key_equal(&keys.a, &keys.b))
		return ERR_INVAL;
	TRY(check_expected(r));
	return wake_for_pi(r, &keys, affected);
}

static i32 sign_extend_12(u32 v)
{
	return (v & 0x800) != 0 ? (i32)(v | 0xfffff000u) : (i32)v;
}

/* The new value of the second word.  ERR_NOSYS for an operation that does not exist. */
static err_t apply(u32 op, u32 old, u32 *fresh)
{
	u32 arg = (u32)sign_extend_12(op >> 12 & 0xfff);
	u32 what = op >> 28 & 0xf;
	if ((what & (u32)FUTEX_OP_OPARG_SHIFT) != 0) {
		arg = 1u << (arg & 31);
		what &= ~(u32)FUTEX_OP_OPARG_SHIFT;
	}
	switch (what) {
	case FUTEX_OP_SET:
		*fresh = arg;
		return OK;
	case FUTEX_OP_ADD:
		*fresh = wrap_add(old, arg);
		return OK;
	case FUTEX_OP_OR:
		*fresh = old | arg;
		return OK;
	case FUTEX_OP_ANDN:
		*fresh = old & ~arg;
		return OK;
	case FUTEX_OP_XOR:
		*fresh = old ^ arg;
		return OK;
	default:
		return ERR_NOSYS;
	}
}

static err_t compare(u32 op, u32 old_word, bool *holds)
{
	i32 arg = sign_extend_12(op & 0xfff), old = (i32)old_word;
	switch (op >> 24 & 0xf) {
	case FUTEX_OP_CMP_EQ:
		*holds = old == arg;
		return OK;
	case FUTEX_OP_CMP_NE:
		*holds = old != arg;
		return OK;
	case FUTEX_OP_CMP_LT:
		*holds = old < arg;
		return OK;
	case FUTEX_OP_CMP_LE:
		*holds = old <= arg;
		return OK;
	case FUTEX_OP_CMP_GT:
		*holds = old > arg;
		return OK;
	case FUTEX_OP_CMP_GE:
		*holds = old >= arg;
		return OK;
	default:
		return ERR_NOSYS;
	}
}

static err_t change_word(struct uaddr b, u32 op, u32 *old)
{
	u32 fresh = 0, seen = 0;
	TRY(user_read_u32(b, old));
	for (;;) {
		TRY(apply(op, *old, &fresh));
		TRY(user_cmpxchg_u32(b, *old, fresh, &seen));
		if (seen == *old)
			return OK;
		*old = seen;
	}
}

err_t futex_wake_op(u64 space_id, struct uaddr a, struct uaddr b, bool is_shared, u32 wake_a,
		    u32 wake_b, u32 op, i64 *woken)
{
	struct key_pair keys CLEANUP(key_pair_fini) = {};
	u32 old = 0;
	bool holds = false;
	TRY(make_pair(space_id, a, b, is_shared, &keys));
	TRY(change_word(b, op, &old));
	TRY(compare(op, old, &holds));
	{
		struct futex_bucket *q = &array_at(buckets, bucket_of(&keys.a));
		GUARD(futex_bucket, &q->lock);
		TRY(wake_key(q, &keys.a, wake_a, FUTEX_BITSET_MATCH_ANY, woken));
	}
	if (holds) {
		struct futex_bucket *q = &array_at(buckets, bucket_of(&keys.b));
		GUARD(futex_bucket, &q->lock);
		TRY(wake_key(q, &keys.b, wake_b, FUTEX_BITSET_MATCH_ANY, woken));
	}
	return OK;
}
