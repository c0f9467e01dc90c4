/* SPDX-License-Identifier: MPL-2.0 */
/*
 * frame_map - page index -> uframe: the body of files and shared memory (a radix tree, 64 slots a
 * node).
 *
 * Owns one count per page.  A zeroed map is empty and must be cleared before its memory goes.
 * Takes no lock: the owner's lock guards it.
 *
 *   Context:  any; insertion may allocate, does not sleep.
 */
#pragma once
#include <osxtd/frame.h>

struct frame_map {
	void *_root;
	u32 _height;
	u64 _count;
};

/* Borrows the page at index; null when there is none. */
OSXTD_API BORROWS struct uframe *frame_map_find(const struct frame_map *m, u64 index);
/* Stores f (the slot must be empty).  ERR_NOMEM: nothing changed, f dropped. */
OSXTD_API err_t frame_map_insert(struct frame_map *m, u64 index, struct uframe_ref f);
/* Takes the page at index out; false when there is none. */
OSXTD_API bool frame_map_remove(struct frame_map *m, u64 index, struct uframe_ref *out);
/* The lowest index >= from that has a page; false when none. */
OSXTD_API bool frame_map_next(const struct frame_map *m, u64 from, u64 *index);
/* Drops all pages with index >= from. */
OSXTD_API void frame_map_truncate(struct frame_map *m, u64 from);
ALWAYS_INLINE u64 frame_map_count(const struct frame_map *m)
{
	return m->_count;
}
