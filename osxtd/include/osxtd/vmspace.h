/* SPDX-License-Identifier: MPL-2.0 */
/*
 * vmspace - user address spaces in a single structure: the page table, with a mark beside each
 * entry.
 *
 * An entry is empty, marked (it belongs to a region, nothing is there yet) or mapped (a mark and a
 * frame).  A mark holds one count on its region and the protection that applies; a mark above the
 * leaf level speaks for its whole range. There is no second tree of areas.  See shared/design
 * memory.md.
 *
 *   Locking:   vmspace_lock locks the page-table pages of a range (a fault: one leaf page) until
 * vm_cursor_release; class vmspace_page, a spin lock: no sleeping while a cursor is held.  Memory
 * that an operation needs is allocated by it before anything changes, so ERR_NOMEM leaves the space
 * as it was. TLB:       invalidations are gathered and done by vm_cursor_release, which then frees
 * the frames (T: after acknowledgement). Lifetime:  counted object, the base of the kernel's
 * `struct mm`; the last reference frees tables, marks and frames. Keeps:     soundness V1 no leaf
 * without a frame count, V2 a detached table is never entered, V3 a cursor locks nothing above its
 * range's lowest covering table, V4 nothing is allocated under a leaf lock, V5 counts return to
 * their start.
 */
#pragma once
#include <osxtd/frame.h>
#include <osxtd/object.h>
#include <osxtd/user.h>

enum vm_prot : u32 { VM_NONE = 0, VM_READ = 1, VM_WRITE = 2, VM_EXEC = 4 };

/* What fork does with a region's pages. */
enum region_fork : u8 {
	REGION_COPY,  /* private: share the frames, write-protected on both sides */
	REGION_SHARE, /* shared: both see the same frames */
	REGION_DROP,  /* the child does not get it (MADV_DONTFORK) */
	REGION_WIPE,  /* the child gets the marks without the frames (MADV_WIPEONFORK) */
};

/* The counted descriptor that marks point at; the kernel's `struct mapping` has it as its base. */
struct region {
	struct object object;
	enum region_fork fork IMMUTABLE;
	struct region *_next; /* waits for the release of a cursor that dropped its last mark */
};
REF_TYPE(region);
OSXTD_API extern const struct object_type region_type_;

struct vmspace;
REF_TYPE(vmspace);
OSXTD_API extern const struct object_type vmspace_type_;

enum vm_access : u32 { VM_ACCESS_READ = 1, VM_ACCESS_WRITE = 2, VM_ACCESS_EXEC = 4 };
struct vmspace_ops {
	/* Makes the page at va fit for access, or refuses: ERR_FAULT (nothing there, or not
	 * allowed), ERR_IO (file shorter), ERR_NOMEM. May sleep. */
	err_t (*fault)(struct vmspace *s, u64 va, u32 access);
};

enum : u32 { VM_LEAVES = 4 };
struct vmspace {
	struct object object;
	const struct vmspace_ops *ops IMMUTABLE;
	/* private to osxtd */
	u64 _root;		   /* physical address of the top table */
	struct atomic_u64 _mapped; /* frames mapped: resident pages */
	struct atomic_u64 _marked; /* pages marked: size of the space */
	struct atomic_u64 _tables; /* page-table pages */
	struct atomic_u64 _cpus;   /* CPUs it is loaded on */
	struct atomic_u64 _stale;  /* CPUs that may remember what stood where its code is now */
	u64 _gap_start, _gap_end;  /* empty range that vmspace_find_free tries first, found below
				      _gap_below */
	u64 _gap_below;
	struct uframe *_leaf[VM_LEAVES]; /* leaf tables that cursors used last, by address; checked
					    when used */
};

/* The user half: VMSPACE_LOW <= va < VMSPACE_HIGH of the architecture. */
#include <arch/vmspace.h>

/* For the subtype's constructor and fini. */
OSXTD_API err_t vmspace_init(struct vmspace *s, const struct vmspace_ops *ops);
OSXTD_API void vmspace_fini(struct vmspace *s);

ALWAYS_INLINE u64 vmspace_resident_pages(const struct vmspace *s)
{
	return atomic_u64_load(&s->_mapped);
}
ALWAYS_INLINE u64 vmspace_marked_pages(const struct vmspace *s)
{
	return atomic_u64_load(&s->_marked);
}

ALWAYS_INLINE u64 vmspace_table_pages(const struct vmspace *s)
{
	return atomic_u64_load(&s->_tables);
}

/* ---- cursors ---- */
enum : u32 { VM_KEPT_MAX = 16 };
struct vm_cursor {
	struct vmspace *_s;
	u64 _start, _end;
	u64 _flush_start, _flush_end;
	struct uframe *_free;	 /* frames to free after the flush */
	struct uframe *_tables;	 /* page-table pages, likewise */
	struct uframe *_locked;	 /* tables below _table that it locked, also those it took out */
	struct region *_regions; /* regions whose last mark went, to drop without locks */
	struct uframe *_table;	 /* lowest table that covers the range */
	u32 _level;
	u32 _kept_count;
	struct uframe *_kept[VM_KEPT_MAX]; /* whose counts are dropped after the flush */
};

/* One entry, or a run of marked pages without frames that share region and protection. */
struct vm_entry {
	u64 va;
	u64 len;	       /* PAGE_SIZE for a mapped page */
	struct region *region; /* borrowed while the cursor is held */
	u32 prot;	       /* of the mark: what the program asked for */
	bool is_mapped;
	bool is_writable; /* in hardware; false with prot & VM_WRITE: copy on write, or first write
			   */
	bool is_dirty, is_accessed;
	struct uframe *frame; /* borrowed, null when not mapped */
};

/* Locks start … end-1 (page aligned, in the user half, not empty).  ERR_NOMEM. */
OSXTD_API err_t vmspace_lock(struct vmspace *s, u64 start, u64 end, struct vm_cursor *out);
OSXTD_API void vm_cursor_release(struct vm_cursor *c);
/* UNSAFE: 1. only _s needs a value before the lock: the release looks at the rest when it is set */
#define SCOPED_CURSOR(name)                                                                        \
	__attribute__((uninitialized)) struct vm_cursor name CLEANUP(vm_cursor_release);           \
	name._s = nullptr

/* The page at va (len is PAGE_SIZE); false when it is neither mapped nor marked.  va lies in the
 * range. */
OSXTD_API bool vm_query(struct vm_cursor *c, u64 va, struct vm_entry *out);
/* The first entry at or after va that is not empty, clipped to the range; false at its end.  A long
 * run may come in pieces. */
OSXTD_API bool vm_next(struct vm_cursor *c, u64 va, struct vm_entry *out);
/* As vm_next, but the longest run from there that shares region and prot, with or without frames
 * (none is reported). */
OSXTD_API bool vm_next_mark(struct vm_cursor *c, u64 va, struct vm_entry *out);
/* Marks start … end-1, all empty before, for region.  Consumes the caller's reference, takes what
 * it needs. ERR_NOMEM, ERR_EXIST (a part is not empty): nothing changed. */
OSXTD_API err_t vm_mark(struct vm_cursor *c, u64 start, u64 end, struct region_ref region,
			u32 prot);
/* Puts frame at va, which is marked and not mapped; writable_now gives the hardware write
 * permission if the mark allows it. ERR_NOMEM. */
OSXTD_API err_t vm_map(struct vm_cursor *c, u64 va, struct uframe_ref frame, bool writable_now);
/* Puts another frame in the place of the mapped one (copy on write); the old one is dropped after
 * the flush. */
OSXTD_API void vm_replace(struct vm_cursor *c, u64 va, struct uframe_ref frame, bool writable_now);
/* Gives a mapped page the hardware write permission that its mark allows. */
OSXTD_API void vm_make_writable(struct vm_cursor *c, u64 va);
/* Empties start … end-1: marks and frames go.  ERR_NOMEM only when a mark above the leaf must be
 * split. */
OSXTD_API err_t vm_take(struct vm_cursor *c, u64 start, u64 end);
/* Drops the frames of start … end-1 and keeps the marks (MADV_DONTNEED, truncation). */
OSXTD_API err_t vm_drop_frames(struct vm_cursor *c, u64 start, u64 end);
/* Sets the protection of what is marked in start … end-1; hardware write permission is only ever
 * taken away here. ERR_NOMEM as vm_take. */
OSXTD_API err_t vm_protect(struct vm_cursor *c, u64 start, u64 end, u32 prot);
/* Replaces the region of what is marked in start … end-1, frames stay (mremap, madvise flags).
 * Consumes region. */
OSXTD_API err_t vm_set_region(struct vm_cursor *c, u64 start, u64 end, struct region_ref region);
/* Clears and returns the accessed/dirty state of the mapped page at va. */
OSXTD_API void vm_test_and_clear(struct vm_cursor *c, u64 va, bool *was_accessed, bool *was_dirty);

/* Moves len bytes of entries (marks, with region put in the place of theirs, and frames) from
 * `from` to `to`, empty before; same space. Consumes region. ERR_NOMEM. */
OSXTD_API err_t vmspace_relocate(struct vmspace *s, u64 from, u64 to, u64 len,
				 struct region_ref region);
/* Fills the empty space child from parent by each region's fork rule.  ERR_NOMEM: child is partly
 * filled, to be dropped. */
OSXTD_API err_t vmspace_fork(struct vmspace *parent, struct vmspace *child);
/* Finds len bytes (page aligned) that are empty, highest first below `below` and not under `above`.
 * ERR_NOMEM. */
OSXTD_API err_t vmspace_find_free(struct vmspace *s, u64 len, u64 align, u64 above, u64 below,
				  u64 *va);
