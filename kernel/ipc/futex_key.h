/* SPDX-License-Identifier: MPL-2.0 */
/* futex_key - which futex an address means; private to the futex files of kernel/ipc. */
#pragma once
#include <osxtd/frame.h>
#include <osxtd/user.h>

struct futex_key {
	u64 space;   /* 0: shared */
	u64 address; /* of shared futexes: frame number and offset */
};

ALWAYS_INLINE bool futex_key_equal(const struct futex_key *a, const struct futex_key *b)
{
	return a->address == b->address && a->space == b->space;
}

/* The key of addr; of a shared mapping the page behind it goes into *frame, which keeps it what it
 * is.  ERR_INVAL: not aligned.  ERR_FAULT.  might_sleep. */
err_t futex_key_make(u64 space_id, struct uaddr addr, bool is_shared, struct futex_key *k,
		     struct uframe_ref *frame);
