/* SPDX-License-Identifier: MPL-2.0 */
/*
 * frame - untyped physical pages: user and file data, reached through bounded copies only.
 *
 * Every physical page has a 64-byte slot.  Typed frames (page tables, slabs, stacks, metadata)
 * never leave OSXTD; what the kernel holds is a uframe_ref, one count on one untyped page.
 *
 *   Lifetime:  counted like objects (uframe_clone/move/drop, SCOPED_UFRAME); the page is freed with
 * the last count. Context:   any; allocation does not sleep.  ERR_NOMEM. Keeps:     soundness F1
 * (typed frames are never handed out), F2 (untyped ones are reached by copies), F3 (one state
 * machine per frame, the count cannot overflow).
 */
#pragma once
#include <osxtd/object.h>
#include <osxtd/span.h>

struct uframe; /* a slot */
struct AFFINE uframe_ref {
	struct uframe *_p;
};

OSXTD_API void uframe_get_(struct uframe *f);
OSXTD_API void uframe_put_(struct uframe *f);

/* A zeroed page; or one whose content is whatever was there, to be overwritten whole before anybody
 * sees it. */
OSXTD_API err_t uframe_alloc(struct uframe_ref *out);
OSXTD_API err_t uframe_alloc_uninit(struct uframe_ref *out);

ALWAYS_INLINE bool uframe_is_null(const struct uframe_ref *r)
{
	return r->_p == nullptr;
}
BORROWS ALWAYS_INLINE struct uframe *uframe_get(const struct uframe_ref *r)
{
	ASSERT(r->_p != nullptr);
	return r->_p;
}
ALWAYS_INLINE struct uframe_ref uframe_move(struct uframe_ref *r)
{
	struct uframe_ref moved = { r->_p };
	r->_p = nullptr;
	return moved;
}
ALWAYS_INLINE struct uframe_ref uframe_clone(struct uframe *f)
{
	uframe_get_(f);
	return (struct uframe_ref){ f };
}
ALWAYS_INLINE void uframe_drop(struct uframe_ref *r)
{
	struct uframe *f = r->_p;
	r->_p = nullptr;
	if (f != nullptr)
		uframe_put_(f);
}
#define SCOPED_UFRAME(name) struct uframe_ref name CLEANUP(uframe_drop) = {}

/* True when the caller's count is the only one. */
OSXTD_API bool uframe_is_sole(const struct uframe *f);
/* An opaque number that names the page while it is held (futex keys, procfs). */
OSXTD_API u64 uframe_number(const struct uframe *f);

/* Copies; off + length <= PAGE_SIZE or a trap. */
OSXTD_API void uframe_read(const struct uframe *f, usize off, struct span out);
OSXTD_API void uframe_write(struct uframe *f, usize off, struct cspan in);
OSXTD_API void uframe_fill(struct uframe *f, usize off, usize len, u8 v);
OSXTD_API void uframe_copy(struct uframe *dst, const struct uframe *src); /* whole page */

struct frame_stats {
	u64 total_pages, free_pages;
	u64 page_table_pages, slab_pages, stack_pages, untyped_pages;
	u64 meta_pages; /* of slab_pages: large buffers and OSXTD's tables */
};
OSXTD_API void frame_stats(struct frame_stats *out);

/*
 * Called when memory is short before an allocation fails; returns pages it made free.  One hook
 * (the kernel's reclaim and out-of-memory policy), called without locks of OSXTD, in the allocating
 * context.
 */
OSXTD_API void frame_set_pressure_hook(u64 (*hook)(u64 wanted_pages));
