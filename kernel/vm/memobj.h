/* SPDX-License-Identifier: MPL-2.0 */
/*
 * memobj - a memory object: the pages of a file in memory, of shared anonymous memory, of the vDSO.
 *
 * Pages live in a frame_map under the object's own spin lock.  A page that is not there is made by
 * the object's fill operation (zeroes when it has none) the first time somebody maps or writes it;
 * reads of absent pages of an object without fill give zeroes and store nothing.
 *
 *   Lifetime:  counted; inodes and mappings hold references.
 *   Locking:   class memobj, a spin lock taken below a held vm_cursor; never held over user copies
 * or fill.  Who needs writes and truncations of one object to exclude each other (a file system)
 * brings its own mutex. Context:   task context; may sleep in fill and in user copies. Errors:
 * ERR_NOMEM when a page cannot be had, ERR_FAULT from user memory, what fill says. Spec: mmap(2)
 * for what a shorter object means to its mappings.
 */
#pragma once
#include <osxtd/count.h>
#include <osxtd/frame_map.h>
#include <osxtd/lock.h>
#include <osxtd/object.h>
#include <osxtd/user.h>

struct memobj;
REF_TYPE(memobj);

LOCK_CLASS(memobj, spin);

struct memobj_ops {
	/* Writes the content of page index to page, whose bytes are undefined before.  Null:
	 * zeroes. */
	err_t (*fill)(struct memobj *m, u64 index, struct uframe *page);
};

enum : u64 { MEMOBJ_SIZE_MAX = (u64)INT64_MAX & ~(u64)(PAGE_SIZE - 1) };

struct memobj {
	struct object object;
	const struct memobj_ops *ops IMMUTABLE;
	struct memobj_lock lock;
	struct frame_map pages GUARDED(memobj);
	struct atomic_u64 size ATOMIC_ONLY; /* bytes; written under the lock, read without */
	struct count mappings ATOMIC_ONLY;  /* descriptors that map it: truncation need not look
						    when there are none */
	u64 filter IMMUTABLE; /* the bit that marks it in an mm's filter of mapped objects */
};

/* An object of size bytes without pages; ops may be null. */
err_t memobj_new(u64 size, const struct memobj_ops *ops, struct memobj_ref *out);
ALWAYS_INLINE u64 memobj_size(const struct memobj *m)
{
	return atomic_u64_load(&m->size);
}
/* Pages that are present (st_blocks). */
u64 memobj_pages(struct memobj *m);

/* Moves bytes from pos on to the uio until it is full or the object ends: *n; 0 at or past the end.
 */
err_t memobj_read(struct memobj *m, u64 pos, struct uio *to, usize *n);
/* Moves all of the uio to pos and makes the object longer where needed.  An error with *n != 0 is
 * reported as OK. ERR_FBIG past MEMOBJ_SIZE_MAX. */
err_t memobj_write(struct memobj *m, u64 pos, struct uio *from, usize *n);
/*
 * Makes the object size bytes long.  Pages beyond are dropped, the rest of the last page is zeroed,
 * and mappings lose their pages there (private copies included): their next access is a SIGBUS.
 */
void memobj_truncate(struct memobj *m, u64 size);
/* Makes from … to-1 a hole (fallocate FALLOC_FL_PUNCH_HOLE); the size stays. */
void memobj_punch(struct memobj *m, u64 from, u64 to);
/* Makes sure that the pages of from … to-1 exist (fallocate); the size stays. */
err_t memobj_populate(struct memobj *m, u64 from, u64 to);
/* The lowest offset >= from that has data / that is a hole, for SEEK_DATA and SEEK_HOLE; the
 * object's size counts as a hole.  False past the end. */
bool memobj_seek_data(struct memobj *m, u64 from, u64 *offset);
bool memobj_seek_hole(struct memobj *m, u64 from, u64 *offset);

/* One more count on page index, made if need be.  ERR_IO past the end. */
err_t memobj_page(struct memobj *m, u64 index, struct uframe_ref *out);
/* Appends a page that the caller filled (initramfs unpacking, the vDSO); the slot must be empty.
 * ERR_NOMEM. */
err_t memobj_insert(struct memobj *m, u64 index, struct uframe_ref page);
