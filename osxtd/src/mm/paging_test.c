/* SPDX-License-Identifier: MPL-2.0 */
/*
 * paging_test - the live page tables, leaf by leaf: W^X, one writable mapping of nothing that runs,
 * guard pages, nothing of the kernel's for user mode; and the CPU's switches that make it so.
 */
#include "mm/paging_test.h"

#include "mm/pte.h"
#include <osxtd/ktest.h>

#include "core/sched.h"
#include "debug/kasan.h"
#include "mm/frames.h"
#include "mm/test_space.h"

extern const u8 boot_stack_guard[PAGE_SIZE];

/* KASAN's shadow, from that of the lowest area on, leads to one read-only page of zeroes, 2^32
 * times: not walked. */
#ifdef OSXTD_DEBUG
enum : u64 {
	SHADOW_START = (PHYSMAP_BASE >> 3) + KASAN_SHADOW_OFFSET,
	SHADOW_END = (~0ull >> 3) + 1 + KASAN_SHADOW_OFFSET
};
#else
enum : u64 { SHADOW_START = 0, SHADOW_END = 0 };
#endif

static u64 kernel_half(void)
{
	return ~0ull << (pt_shift(PT_LEVELS) + 8);
}

struct leaf {
	u64 va, len, pte;
};

UNSAFE("1. tables are reached from the loaded root and only read; 2. the index is below PT_ENTRIES")
static u64 entry_at(u64 table, u64 va, u32 level)
{
	return ((const u64 *)phys_to_virt(table))[pt_index(va, level)];
}

/* What the table of this level that was walked last is; a table that stands in many places, as the
 * shadow's of a debug build, need not be walked again outside the image. */
static u64 shared last_table[PT_LEVELS_MAX + 1] OWNER(test);

/* A new walk begins. */
static void forget_walked(void)
{
	for (u32 level = 0; level < array_len(last_table); level++)
		array_at(last_table, level) = 0;
}

static bool was_just_walked(u64 table, u32 level, u64 va)
{
	bool same = array_at(last_table, level) == table && va < KIMAGE_BASE &&
		    (va & ((1ull << pt_shift(level + 1)) - 1)) == 0;
	array_at(last_table, level) = table;
	return same;
}

/* The first leaf at or above va, and what the entries above it forbid; false when there is none. va
 * 0 after the last page means the end. */
static bool next_leaf(u64 va, struct leaf *out)
{
	while (va >= kernel_half()) {
		if (va >= SHADOW_START && va < SHADOW_END)
			va = SHADOW_END;
		u64 table = paging_kernel_root();
		for (u32 level = PT_LEVELS; level > 0; level--) {
			u64 entry = entry_at(table, va, level), size = 1ull << pt_shift(level);
			/* Behind a table of zero shadow there is one page, read-only, ever again.
			 */
			bool is_shadow = level > 1 && kasan_is_zero_table(pte_paddr(entry));
			if (entry == 0 || is_shadow) {
				va = wrap_add(va & ~(size - 1), size);
				break;
			}
			if (level == 1 || pte_is_large(entry)) {
				*out = (struct leaf){ va & ~(size - 1), size, entry };
				return true;
			}
			table = pte_paddr(entry);
			if (was_just_walked(table, level - 1, va)) {
				va = wrap_add(va & ~(size - 1), size);
				break;
			}
		}
	}
	return false;
}

static bool overlaps(u64 start, u64 len, u64 from, u64 to)
{
	return start < to && from < start + len;
}

static u64 image_paddr(u64 va)
{
	return va - kimage_base();
}

/* Null when the leaf is as it must be, else what is wrong with it. */
static const char *wrong(const struct leaf *l)
{
	bool writable = pte_is_writable(l->pte), exec = pte_is_exec(l->pte);
	u64 text = address_of_(kernel_text_start), rodata = address_of_(kernel_text_end),
	    data = address_of_(kernel_rodata_end), end = address_of_(kernel_end);
	u64 frame = pte_paddr(l->pte) & ~(l->len - 1);
	if (!pte_is_present(l->pte))
		return "neither absent nor present";
	if (frame < PHYSMAP_START)
		return "memory that nobody may have is mapped";
	if (pte_is_user(l->pte))
		return "user mode may use a page of the kernel";
	if (writable && exec)
		return "writable and executable";
	if (exec != (l->va >= text && l->va < rodata))
		return exec ? "executable outside the text" : "text that is not executable";
	if (writable && l->va >= text && l->va < data)
		return "text or constants are writable";
	if (l->va >= text && l->va < end)
		return frame == image_paddr(l->va) ? nullptr : "a page of the image is elsewhere";
	if (overlaps(frame, l->len, image_paddr(text), image_paddr(end)))
		return "the image is mapped twice";
	if (l->va >= KIMAGE_BASE)
		return "something beside the image in its area";
	if (l->va >= KSTACK_BASE && l->va < FRAME_BASE &&
	    (l->va - KSTACK_BASE) % (2 * STACK_SIZE) < STACK_SIZE)
		return "no guard below a kernel stack";
	return nullptr;
}

/* The area of va as a number, to see that the walk passed all of them. */
static u32 area_of(u64 va)
{
	if (va >= KIMAGE_BASE)
		return 16;
	if (va >= FRAME_BASE)
		return 8;
	if (va >= KSTACK_BASE)
		return 4;
	return va >= MMIO_BASE ? 2 : 1;
}

KTEST(paging, every_page_of_the_kernel_is_write_or_execute)
{
	struct leaf l = {};
	u32 areas = 0, leaves = 0;
	forget_walked();
	for (u64 va = kernel_half(); next_leaf(va, &l); va = wrap_add(l.va, l.len)) {
		const char *why = wrong(&l);
		areas |= area_of(l.va);
		leaves++;
		if (why != nullptr)
			ktest_fail(t, why, (u32)(l.va >> PAGE_SHIFT), "page", (i64)l.va,
				   (i64)l.pte);
	}
	EXPECT_EQ(areas, 31);
	EXPECT(leaves > (address_of_(kernel_end) - address_of_(kernel_text_start)) / PAGE_SIZE);
}

bool paging_test_is_mapped(u64 va)
{
	struct leaf l = {};
	forget_walked();
	return next_leaf(va, &l) && l.va <= va && va - l.va < l.len;
}

KTEST(paging, guard_pages_are_absent)
{
	EXPECT(!paging_test_is_mapped(address_of_(boot_stack_guard)));
	EXPECT(paging_test_is_mapped(address_of_(boot_stack_guard) + PAGE_SIZE));
	u64 here = address_of_(__builtin_frame_address(0));
	if (here >= KSTACK_BASE && here < FRAME_BASE) {
		u64 slot = (here - KSTACK_BASE) / (2 * STACK_SIZE) * (2 * STACK_SIZE) + KSTACK_BASE;
		EXPECT(!paging_test_is_mapped(slot + STACK_SIZE - PAGE_SIZE));
		EXPECT(paging_test_is_mapped(slot + STACK_SIZE));
	}
	EXPECT(!paging_test_is_mapped(address_of_(kernel_end)));
}

KTEST(paging, a_fresh_space_has_no_user_half_and_all_of_the_kernels)
{
	struct test_space_ref space CLEANUP(test_space_drop) = {};
	REQUIRE_OK(test_space_new(&space));
	u64 root = test_space_get(&space)->vmspace._root;
	u32 different = 0, user = 0;
	for (u64 i = 0; i < PT_ENTRIES; i++) {
		u64 va = i << pt_shift(PT_LEVELS), mine = entry_at(root, va, PT_LEVELS);
		if (i < PT_USER_ROOT_ENTRIES)
			user += mine != 0 || entry_at(paging_kernel_root(), va, PT_LEVELS) != 0;
		else
			different += mine != entry_at(paging_kernel_root(), va, PT_LEVELS);
	}
	EXPECT_EQ(user, 0);
	EXPECT_EQ(different, 0);
}
