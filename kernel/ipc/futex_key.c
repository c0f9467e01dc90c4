/* SPDX-License-Identifier: MPL-2.0 */
/* futex_key - see futex_key.h. */
#include "ipc/futex_key.h"

#include <osxtd/task.h>

#include "vm/mm.h"

/* What the page table says of va: a frame to keep, or a private place.  False: nothing there yet.
 */
static bool look(u64 va, struct uframe_ref *frame, bool *is_private, err_t *err)
{
	u64 page = page_down(va);
	SCOPED_CURSOR(c);
	*err = vmspace_lock(task_space(), page, page + PAGE_SIZE, &c);
	if (*err != OK)
		return false;
	struct vm_entry e = {};
	if (!vm_query(&c, va, &e))
		return false;
	*is_private = (mapping_of(e.region)->flags & MAPPING_SHARED) == 0;
	if (*is_private)
		return true;
	if (!e.is_mapped)
		return false;
	*frame = uframe_clone(e.frame);
	return true;
}

/* A private mapping has a private key however the call names it: fork(2) copies, it does not share.
 */
static err_t shared_key(u64 space_id, u64 va, struct futex_key *k, struct uframe_ref *frame)
{
	for (u32 tries = 0; tries < 16; tries++) {
		u32 unused = 0;
		TRY(user_read_u32(uaddr_of(va), &unused)); /* brings the page in */
		bool is_private = false;
		err_t err = OK;
		if (!look(va, frame, &is_private, &err)) {
			TRY(err);
			continue;
		}
		if (is_private)
			*k = (struct futex_key){ space_id, va };
		else
			*k = (struct futex_key){ 0, uframe_number(uframe_get(frame)) << PAGE_SHIFT |
							    (va & (PAGE_SIZE - 1)) };
		return OK;
	}
	return ERR_FAULT;
}

err_t futex_key_make(u64 space_id, struct uaddr addr, bool is_shared, struct futex_key *k,
		     struct uframe_ref *frame)
{
	u64 va = uaddr_value(addr);
	if ((va & 3) != 0)
		return ERR_INVAL;
	if (!user_range_ok(addr, 4))
		return ERR_FAULT;
	if (is_shared)
		return shared_key(space_id, va, k, frame);
	*k = (struct futex_key){ space_id, va };
	return OK;
}
