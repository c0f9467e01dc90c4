/* SPDX-License-Identifier: MPL-2.0 */
/*
 * memobj - reading, writing and shortening a body of pages.
 *
 * R1: a page that is in `pages` stays valid while it is counted; copies are made from and to
 * counted pages without the lock, so that a fault of the user's memory can sleep. R2: `size` is
 * changed under the lock, and pages past it are dropped in the same hold; a fault, which looks up a
 *     page and maps it under one cursor, therefore either sees the new size or is seen by
 * mm_unmap_object.
 */
#include "vm/memobj.h"

#include <osxtd/buf.h>
#include <osxtd/task.h>

#include "vm/mm.h"

shared static struct atomic_u32 next_filter_bit;

static void memobj_fini(struct memobj *m)
{
	GUARD(memobj, &m->lock);
	frame_map_truncate(&m->pages, 0);
}
OBJECT_TYPE(memobj, memobj_fini);

err_t memobj_new(u64 size, const struct memobj_ops *ops, struct memobj_ref *out)
{
	TRY(memobj_alloc(out));
	struct memobj *m = memobj_get(out);
	m->ops = ops;
	m->filter = 1ull << (atomic_u32_add(&next_filter_bit, 1) & 63);
	atomic_u64_store(&m->size, size);
	return OK;
}

u64 memobj_pages(struct memobj *m)
{
	GUARD(memobj, &m->lock);
	return frame_map_count(&m->pages);
}

static bool can_fill(const struct memobj *m)
{
	return m->ops != nullptr && m->ops->fill != nullptr;
}

/* One more count on a page that is present. */
static bool find(struct memobj *m, u64 index, struct uframe_ref *out)
{
	GUARD(memobj, &m->lock);
	struct uframe *page = frame_map_find(&m->pages, index);
	if (page == nullptr)
		return false;
	*out = uframe_clone(page);
	return true;
}

enum bound : u8 { WITHIN_SIZE, ANYWHERE };

/* Stores fresh at index unless a page came there meanwhile, and counts the one that is there for
 * the caller. */
static err_t settle(struct memobj *m, u64 index, enum bound bound, struct uframe_ref *fresh,
		    struct uframe_ref *out)
{
	GUARD(memobj, &m->lock);
	if (bound == WITHIN_SIZE && index >= page_up(memobj_size(m)) / PAGE_SIZE)
		return ERR_IO;
	struct uframe *there = frame_map_find(&m->pages, index);
	if (there != nullptr) {
		*out = uframe_clone(there);
		return OK;
	}
	SCOPED_UFRAME(mine);
	mine = uframe_clone(uframe_get(fresh));
	TRY(frame_map_insert(&m->pages, index, uframe_move(fresh)));
	*out = uframe_move(&mine);
	return OK;
}

/* Page index, made if need be. */
static err_t obtain(struct memobj *m, u64 index, enum bound bound, struct uframe_ref *out)
{
	if (find(m, index, out))
		return OK;
	SCOPED_UFRAME(fresh);
	if (can_fill(m)) {
		TRY(uframe_alloc_uninit(&fresh));
		TRY(m->ops->fill(m, index, uframe_get(&fresh)));
	} else {
		TRY(uframe_alloc(&fresh));
	}
	return settle(m, index, bound, &fresh, out);
}

err_t memobj_page(struct memobj *m, u64 index, struct uframe_ref *out)
{
	return obtain(m, index, WITHIN_SIZE, out);
}

err_t memobj_insert(struct memobj *m, u64 index, struct uframe_ref page)
{
	GUARD(memobj, &m->lock);
	return frame_map_insert(&m->pages, index, uframe_move(&page));
}

/* ---- reading ---- */

static err_t read_absent(struct memobj *m, u64 pos, u64 len, struct uio *to, usize *n)
{
	if (!can_fill(m))
		return uio_put_zero(to, len, n);
	SCOPED_UFRAME(page);
	err_t e = obtain(m, pos / PAGE_SIZE, WITHIN_SIZE, &page);
	if (e == ERR_IO)
		return OK; /* shortened meanwhile: end of file */
	TRY(e);
	return uio_put_frame(to, uframe_get(&page), pos % PAGE_SIZE, len, n);
}

static err_t read_piece(struct memobj *m, u64 pos, u64 len, struct uio *to, usize *n)
{
	SCOPED_UFRAME(page);
	if (unlikely(!find(m, pos / PAGE_SIZE, &page)))
		return read_absent(m, pos, len, to, n);
	return uio_put_frame(to, uframe_get(&page), pos % PAGE_SIZE, len, n);
}

err_t memobj_read(struct memobj *m, u64 pos, struct uio *to, usize *n)
{
	u64 size = memobj_size(m);
	*n = 0;
	while (pos < size && uio_left(to) != 0) {
		u64 in_page = min_of(PAGE_SIZE - pos % PAGE_SIZE, size - pos);
		u64 len = min_of(in_page, uio_left(to));
		usize moved = 0;
		err_t e = read_piece(m, pos, len, to, &moved);
		*n += moved;
		pos += moved;
		if (unlikely(e != OK))
			return *n != 0 ? OK : e;
		if (unlikely(moved < len))
			return OK;
		if (unlikely(uio_left(to) != 0 && task_pause(TASK_INTR_KILL)))
			return OK;
	}
	return OK;
}

/* ---- writing ---- */

/* A page that is not there yet: filled in private and stored when it is whole, so that nobody sees
 * old memory. */
static err_t write_absent(struct memobj *m, u64 pos, u64 len, struct uio *from, usize *n)
{
	usize off = pos % PAGE_SIZE;
	SCOPED_UFRAME(fresh);
	TRY(uframe_alloc_uninit(&fresh));
	struct uframe *f = uframe_get(&fresh);
	err_t copied = uio_get_frame(from, f, off, len, n);
	if (*n == 0)
		return copied;
	uframe_fill(f, 0, off, 0);
	uframe_fill(f, off + *n, PAGE_SIZE - off - *n, 0);

	SCOPED_UFRAME(keep);
	SCOPED_UFRAME(there);
	keep = uframe_clone(f);
	err_t e = settle(m, pos / PAGE_SIZE, ANYWHERE, &fresh, &there);
	if (e != OK) {
		*n = 0;
		return e;
	}
	if (unlikely(uframe_get(&there) != uframe_get(&keep))) {
		/* A fault made the page meanwhile: it holds zeroes, and what was written goes over
		 * them. */
		SCOPED_BUF(bounce);
		TRY(buf_alloc_uninit(*n, &bounce));
		uframe_read(uframe_get(&keep), off, buf_span(&bounce));
		uframe_write(uframe_get(&there), off, span_const(buf_span(&bounce)));
	}
	return copied;
}

static err_t write_piece(struct memobj *m, u64 pos, u64 len, struct uio *from, usize *n)
{
	SCOPED_UFRAME(page);
	if (!find(m, pos / PAGE_SIZE, &page)) {
		if (!can_fill(m))
			return write_absent(m, pos, len, from, n);
		TRY(obtain(m, pos / PAGE_SIZE, ANYWHERE, &page));
	}
	return uio_get_frame(from, uframe_get(&page), pos % PAGE_SIZE, len, n);
}

static void extend(struct memobj *m, u64 end)
{
	if (end <= memobj_size(m))
		return;
	GUARD(memobj, &m->lock);
	if (end > memobj_size(m))
		atomic_u64_store(&m->size, end);
}

err_t memobj_write(struct memobj *m, u64 pos, struct uio *from, usize *n)
{
	*n = 0;
	if (pos >= MEMOBJ_SIZE_MAX)
		return uio_left(from) == 0 ? OK : ERR_FBIG;
	while (uio_left(from) != 0 && pos < MEMOBJ_SIZE_MAX) {
		u64 len = min_of(PAGE_SIZE - pos % PAGE_SIZE, uio_left(from));
		usize moved = 0;
		err_t e = write_piece(m, pos, len, from, &moved);
		*n += moved;
		pos += moved;
		extend(m, moved != 0 ? pos : 0);
		if (unlikely(e != OK))
			return *n != 0 ? OK : e;
		if (unlikely(uio_left(from) != 0 && task_pause(TASK_INTR_KILL)))
			return OK;
	}
	return OK;
}

/* ---- length and holes ---- */

/* Zeroes bytes of a page that may be absent. */
static void zero_part(struct memobj *m, u64 from, u64 to) HOLDS(memobj)
{
	struct uframe *page = frame_map_find(&m->pages, from / PAGE_SIZE);
	if (page != nullptr && from < to)
		uframe_fill(page, from % PAGE_SIZE, to - from, 0);
}

void memobj_truncate(struct memobj *m, u64 size)
{
	u64 before = 0;
	{
		GUARD(memobj, &m->lock);
		before = memobj_size(m);
		atomic_u64_store(&m->size, size);
		if (size >= before)
			return;
		u64 whole = page_up(size);
		frame_map_truncate(&m->pages, whole / PAGE_SIZE);
		zero_part(m, size, whole);
	}
	if (count_now(&m->mappings) != 0)
		mm_unmap_object(m, page_up(size), page_up(before));
}

static void drop_pages(struct memobj *m, u64 first, u64 end) HOLDS(memobj)
{
	u64 index = first;
	while (frame_map_next(&m->pages, index, &index) && index < end) {
		SCOPED_UFRAME(page);
		if (!frame_map_remove(&m->pages, index, &page))
			return;
		index++;
	}
}

void memobj_punch(struct memobj *m, u64 from, u64 to)
{
	u64 end = min_of(to, page_up(memobj_size(m)));
	if (from >= end)
		return;
	u64 first_whole = page_up(from), end_whole = page_down(end);
	{
		GUARD(memobj, &m->lock);
		if (first_whole > end_whole) {
			zero_part(m, from, end);
			return;
		}
		zero_part(m, from, first_whole);
		zero_part(m, end_whole, end);
		drop_pages(m, first_whole / PAGE_SIZE, end_whole / PAGE_SIZE);
	}
	if (first_whole < end_whole && count_now(&m->mappings) != 0)
		mm_unmap_object(m, first_whole, end_whole);
}

err_t memobj_populate(struct memobj *m, u64 from, u64 to)
{
	for (u64 pos = page_down(from); pos < to; pos += PAGE_SIZE) {
		SCOPED_UFRAME(page);
		TRY(obtain(m, pos / PAGE_SIZE, ANYWHERE, &page));
		if (task_pause(TASK_INTR_KILL))
			return ERR_INTR;
	}
	return OK;
}

bool memobj_seek_data(struct memobj *m, u64 from, u64 *offset)
{
	u64 size = memobj_size(m), index = 0;
	if (from >= size)
		return false;
	*offset = from;
	if (can_fill(m))
		return true;
	GUARD(memobj, &m->lock);
	if (!frame_map_next(&m->pages, from / PAGE_SIZE, &index) ||
	    index >= page_up(size) / PAGE_SIZE)
		return false;
	*offset = max_of(from, index * PAGE_SIZE);
	return true;
}

bool memobj_seek_hole(struct memobj *m, u64 from, u64 *offset)
{
	u64 size = memobj_size(m);
	if (from >= size)
		return false;
	*offset = size;
	if (can_fill(m))
		return true;
	GUARD(memobj, &m->lock);
	u64 index = from / PAGE_SIZE, end = page_up(size) / PAGE_SIZE;
	while (index < end && frame_map_find(&m->pages, index) != nullptr)
		index++;
	*offset = min_of(size, max_of(from, index * PAGE_SIZE));
	return true;
}
