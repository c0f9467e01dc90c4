/* SPDX-License-Identifier: MPL-2.0 */
/*
 * slot - the 64 bytes that OSXTD keeps about each physical page (struct uframe of <osxtd/frame.h>).
 *
 * F3, the state machine of a page:
 *
 *   RESERVED -> UNUSED -> FREE <-> UNUSED -> CACHED <-> USED   (order 0: through a CPU's cache)
 *                                  UNUSED <-> USED, TAIL …     (larger blocks: head, the rest)
 *
 * Every transition checks the state it leaves, so a page handed out twice or freed twice stops the
 * machine before two owners exist, whatever the free lists say.
 */
#pragma once
#include <osxtd/frame.h>
#include <osxtd/lock.h>

enum frame_state : u8 {
	FRAME_UNUSED,	/* inside a free block, or between two states */
	FRAME_FREE,	/* head of a block on a buddy list */
	FRAME_CACHED,	/* in a CPU's cache of free pages */
	FRAME_USED,	/* handed out; head of its block */
	FRAME_TAIL,	/* behind the head of a block that is handed out */
	FRAME_RESERVED, /* not the allocator's: the kernel's image, the initrd, holes */
};

enum frame_kind : u8 {
	FRAME_UNTYPED, /* user and file data */
	FRAME_TABLE,   /* page tables */
	FRAME_SLAB,    /* pools of objects and small buffers */
	FRAME_STACK,   /* kernel stacks */
	FRAME_META,    /* large buffers, OSXTD's own tables */
	FRAME_KINDS,
};

struct vm_info;
struct vmspace;

struct uframe {
	u32 refs; /* untyped: mappings and references; 0 when not in use */
	enum frame_state state;
	enum frame_kind kind;
	u8 order; /* of the block that this slot heads */
	u8 level; /* page table: 1 is the leaf */
	struct uframe *next, *prev;
	/* page tables, see mm/table.h */
	struct spin_raw lock;
	u32 detached;
	struct vm_info *info;  /* page of a slab, debug builds: its pool */
	struct vmspace *owner; /* null while the table is in no space */
	u64 base; /* leaf: first address it speaks for; page of a slab, debug builds: the slab's */
};
static_assert(sizeof(struct uframe) == 64);

/* The slot n pages behind f's. */
ALWAYS_INLINE struct uframe *frame_behind(struct uframe *f, u64 n)
{
	UNSAFE("1. the slots are one array, whole for each block of the largest order; 2. callers "
	       "stay in a block")
	return f + n;
}
