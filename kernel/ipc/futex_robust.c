/* SPDX-License-Identifier: MPL-2.0 */
/*
 * futex_robust - mutexes whose owner exits: the list that the C library keeps in user memory is
 * walked, bounded and trusting nothing; each word that names the thread is marked FUTEX_OWNER_DIED
 * and one waiter wakes.
 */
#include "abi/futex.h"
#include "ipc/futex.h"

enum : u64 { PI_MARK = 1 }; /* low bit of a link: a mutex that inherits priority */

/* False: the memory is not what it should be, stop. */
static bool mark_dead(u64 space_id, u64 link, i64 offset, i32 tid, bool is_pending)
{
	bool inherits = (link & PI_MARK) != 0; /* futex_exit_pi hands it over */
	struct uaddr at = uaddr_of(wrap_add(link & ~(u64)PI_MARK, (u64)offset));
	u32 word = 0, seen = 0;
	i64 woken = 0;
	if ((uaddr_value(at) & 3) != 0 || user_read_u32(at, &word) != OK)
		return false;
	for (;;) {
		/* The owner unlocked it and died before it woke the next one. */
		if (is_pending && word == 0 && !inherits)
			return futex_wake(space_id, at, true, 1, FUTEX_BITSET_MATCH_ANY, &woken) ==
			       OK;
		if ((word & FUTEX_TID_MASK) != (u32)tid)
			return true;
		u32 marked = (word & FUTEX_WAITERS) | FUTEX_OWNER_DIED;
		if (user_cmpxchg_u32(at, word, marked, &seen) != OK)
			return false;
		if (seen == word)
			break;
		word = seen;
	}
	if ((word & FUTEX_WAITERS) != 0 && !inherits)
		return futex_wake(space_id, at, true, 1, FUTEX_BITSET_MATCH_ANY, &woken) == OK;
	return true;
}

void futex_exit_robust(u64 space_id, struct uaddr head, i32 tid)
{
	struct abi_robust_list_head h = {};
	if (user_get(head, &h) != OK)
		return;
	u64 pending = h.pending & ~(u64)PI_MARK, link = h.first;
	for (u32 i = 0; i < ROBUST_LIST_LIMIT && (link & ~(u64)PI_MARK) != uaddr_value(head); i++) {
		u64 entry = link & ~(u64)PI_MARK, next = 0;
		bool has_next = user_read_u64(uaddr_of(entry), &next) == OK;
		if (entry != pending && !mark_dead(space_id, link, h.futex_offset, tid, false))
			return;
		if (!has_next)
			return;
		link = next;
	}
	if (pending != 0)
		(void)mark_dead(space_id, h.pending, h.futex_offset, tid, true);
}
