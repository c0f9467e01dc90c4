// SPDX-License-Identifier: MPL-2.0
/* vm_map - single pages: putting frames in, exchanging them, giving write permission.  The fault
 * path. */
#include "mm/vm.h"

/* The leaf for va, made if a mark stands above it. */
static NOINLINE err_t leaf_make(struct vm_cursor *c, u64 va, struct uframe **leaf)
{
	struct uframe *t = *leaf;
	while (t->level > 1)
		TRY(vm_push_down(c, t, va, &t));
	*leaf = t;
	return OK;
}

/* An entry for f, whose bytes are the code that will run if prot allows it. */
ALWAYS_INLINE u64 leaf_of(struct vm_cursor *c, const struct uframe *f, u32 prot, bool writable)
{
	if (unlikely((prot & VM_EXEC) != 0))
		vm_sync_code(c->_s);
	return pte_leaf(frame_paddr(f), prot, writable);
}

/* V1: the count that f carries moves into the entry.  The page is marked, so the region allows it;
 * only untyped frames are uframe_refs. */
ALWAYS_INLINE void leaf_map(struct vm_cursor *c, struct uframe *t, u32 i, u32 prot,
			    struct uframe *f, bool writable)
{
	u64 *entry = table_entry(t, i);
	ASSERT(*entry == 0 && f != nullptr);
	ASSERT(f->kind == FRAME_UNTYPED); /* F1 */
	*entry = leaf_of(c, f, prot, writable);
	held_set(t->info, i);
	atomic_u64_add(&c->_s->_mapped, 1);
}

static NOINLINE err_t map_slow(struct vm_cursor *c, u64 va, struct uframe_ref frame,
			       bool writable_now)
{
	vm_check(c, va);
	struct uframe *t = vm_table_for(c, va);
	ASSERT(run_of(t->info, pt_index(va, t->level)) != nullptr);
	if (t->level != 1) {
		err_t err = leaf_make(c, va, &t);
		if (err != OK) {
			uframe_drop(&frame);
			return err;
		}
	}
	u32 i = pt_index(va, 1);
	leaf_map(c, t, i, run_of(t->info, i)->prot, frame._p, writable_now);
	return OK;
}

err_t vm_map(struct vm_cursor *c, u64 va, struct uframe_ref frame, bool writable_now)
{
	if (unlikely(c->_level != 1 || va - c->_start >= c->_end - c->_start))
		return map_slow(c, va, uframe_move(&frame), writable_now);
	u32 i = pt_index(va, 1);
	struct vm_run *run = run_hint(c->_table->info, i);
	if (unlikely(run == nullptr))
		return map_slow(c, va, uframe_move(&frame), writable_now);
	leaf_map(c, c->_table, i, run->prot, frame._p, writable_now);
	return OK;
}

/* The entry of the mapped page at va. */
static u64 *mapped_entry(struct vm_cursor *c, u64 va, struct vm_run **run)
{
	vm_check(c, va);
	struct uframe *t = vm_table_for(c, va);
	u32 i = pt_index(va, 1);
	ASSERT(t->level == 1 && *table_entry(t, i) != 0);
	*run = run_of(t->info, i);
	return table_entry(t, i);
}

/* V1: the old frame's count is dropped after the flush, the new one's moves into the entry. */
void vm_replace(struct vm_cursor *c, u64 va, struct uframe_ref frame, bool writable_now)
{
	struct vm_run *run = nullptr;
	u64 *entry = mapped_entry(c, va, &run);
	u64 old = *entry;
	ASSERT(frame._p != nullptr);
	*entry = leaf_of(c, frame._p, run->prot, writable_now);
	if (pte_is_present(old))
		vm_forget(c, page_down(va));
	vm_drop_frame(c, frame_of(pte_paddr(old)));
}

/* The mark allows writing; a translation that is remembered with less permission only faults
 * again. */
void vm_make_writable(struct vm_cursor *c, u64 va)
{
	struct vm_run *run = nullptr;
	u64 *entry = mapped_entry(c, va, &run);
	if ((run->prot & VM_WRITE) != 0)
		*entry = pte_make_writable(*entry);
}
