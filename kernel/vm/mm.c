/* SPDX-License-Identifier: MPL-2.0 */
/*
 * mm - birth, copy and end of address spaces, and the numbers kept beside the page table.
 */
#include "vm/mm.h"

#include <osxtd/random.h>

#include "vm/layout.h"
#include "vm/registry.h"

enum : u64 {
	STACK_ROOM_MIN = 128ull << 20, /* kept below the stack even when its limit is smaller */
};

shared static struct atomic_u32 aslr_level = ATOMIC_INIT(MM_ASLR_FULL);
/* Made by vm_init, before there is a second task. */
struct vm_boot {
	struct uframe_ref zero_page IMMUTABLE;
};
shared static struct vm_boot boot;

static const struct vmspace_ops mm_ops = { .fault = mm_fault_op };

static void mm_fini(struct mm *mm)
{
	mm_registry_remove(mm->ticket);
	GUARD(mm_map, &mm->lock);
	region_drop(&mm->anon);
	map_account_drop(&mm->account);
	map_source_drop(&mm->exe);
}
OBJECT_SUBTYPE(mm, vmspace, mm_fini);

err_t vm_init(void)
{
	TRY(uframe_alloc(&boot.zero_page));
	err_t e = mm_vdso_init();
	/* Programs run without a vDSO as well. */
	return e == ERR_NOMEM ? OK : e;
}

struct uframe *mm_zero_page(void)
{
	return uframe_get(&boot.zero_page);
}

void mm_set_aslr_level(u32 level)
{
	atomic_u32_store(&aslr_level, level);
}

u32 mm_aslr_level(void)
{
	return atomic_u32_load(&aslr_level);
}

u64 mm_draw(struct mm *mm)
{
	if (mm->dice_left == 0)
		return random_u64();
	mm->dice_left--;
	return array_at(mm->dice, mm->dice_left);
}

/* A power of two: 28 bits of pages, and no more than the user half has room for. */
static u64 random_span(void)
{
	return min_of(1ull << 40, VMSPACE_HIGH / 32);
}

u64 mm_draw_gap(struct mm *mm)
{
	return mm->is_random ? mm_draw(mm) & (random_span() - 1) & ~(u64)(PAGE_SIZE - 1) : 0;
}

u64 mm_draw_brk_gap(struct mm *mm)
{
	return mm_aslr_level() >= MM_ASLR_FULL ? mm_draw_gap(mm) : 0;
}

/* An mm whose table is empty and that the registry knows. */
static err_t mm_make_new(struct vmspace_ref *out)
{
	TRY(mm_alloc(out));
	struct vmspace *s = vmspace_get(out);
	struct mm *mm = mm_of(s);
	TRY(vmspace_init(s, &mm_ops));
	for (u32 i = 0; i < MM_LIMIT_COUNT; i++)
		atomic_u64_store(&array_at(mm->limit, i), UINT64_MAX);
	atomic_u32_store(&mm->dumpable, 1);
	TRY(map_account_new(&mm->account));
	return mm_registry_add(s, &mm->ticket);
}

err_t mm_new(enum mm_aslr aslr, u64 stack_limit, struct vmspace_ref *out)
{
	SCOPED_REF(vmspace, space);
	TRY(mm_make_new(&space));
	struct mm *mm = mm_of(vmspace_get(&space));
	struct mapping_spec spec = { .kind = MAPPING_ANON,
				     .max_prot = VM_READ | VM_WRITE | VM_EXEC };
	TRY(mapping_new(nullptr, &spec, &mm->anon));

	u64 most = VMSPACE_HIGH / 6 * 5;
	u64 room = max_of(min_of(stack_limit, most), (u64)STACK_ROOM_MIN) + MM_STACK_GAP;
	random_fill(span_of(mm->dice));
	mm->dice_left = MM_DICE;
	mm->is_random = aslr == MM_ASLR_ON && mm_aslr_level() != MM_ASLR_NONE;
	GUARD(mm_map, &mm->lock);
	mm->stack_top = VMSPACE_HIGH - mm_draw_gap(mm);
	if (mm_vdso_room(mm->stack_top) < MM_VDSO_MAX)
		mm->stack_top -= MM_VDSO_MAX;
	/* Below the lowest stack that could have been drawn, so that the two draws are independent.
	 */
	mm->mmap_base = page_down(VMSPACE_HIGH - (mm->is_random ? random_span() : 0) - room) -
			mm_draw_gap(mm);
	*out = vmspace_move(&space);
	return OK;
}

static void copy_numbers(struct mm *from, struct mm *to) HOLDS(mm_map)
{
	to->layout = from->layout;
	to->stack_top = from->stack_top;
	to->mmap_base = from->mmap_base;
	to->auxv_len = from->auxv_len;
	span_copy(span_of(to->auxv), cspan_of(from->auxv));
	to->exe = map_source_clone_or_null(map_source_get_or_null(&from->exe));
	for (u32 i = 0; i < MM_LIMIT_COUNT; i++)
		atomic_u64_store(&array_at(to->limit, i),
				 atomic_u64_load(&array_at(from->limit, i)));
	atomic_u32_store(&to->dumpable, atomic_u32_load(&from->dumpable));
	atomic_u64_store(&to->filter, atomic_u64_load(&from->filter));
}

err_t mm_fork(struct mm *parent, struct vmspace_ref *out)
{
	SCOPED_REF(vmspace, space);
	TRY(mm_make_new(&space));
	struct mm *child = mm_of(vmspace_get(&space));
	child->anon = mm_anon_region(parent);

	GUARD(mm_map, &parent->lock);
	/* The child is nobody else's yet; the parent's lock, of the same class, covers both. */
	copy_numbers(parent, child);
	TRY(vmspace_fork(&parent->vmspace, &child->vmspace));
	*out = vmspace_move(&space);
	return OK;
}

u64 mm_stack_top(struct mm *mm)
{
	GUARD(mm_map, &mm->lock);
	return mm->stack_top;
}

err_t mm_choose(struct mm *mm, u64 len, u64 align, u64 *va)
{
	GUARD(mm_map, &mm->lock);
	return vmspace_find_free(&mm->vmspace, len, align, MM_LOW, mm->mmap_base, va);
}

void mm_set_limit(struct mm *mm, enum mm_limit which, u64 bytes)
{
	atomic_u64_store(&array_at(mm->limit, which), bytes);
}

void mm_note_peaks(struct mm *mm)
{
	u64 pages = vmspace_marked_pages(&mm->vmspace);
	if (pages > atomic_u64_load(&mm->peak_pages))
		atomic_u64_store(&mm->peak_pages, pages);
	u64 resident = vmspace_resident_pages(&mm->vmspace);
	if (resident > atomic_u64_load(&mm->peak_resident))
		atomic_u64_store(&mm->peak_resident, resident);
}

void mm_get_layout(struct mm *mm, struct mm_layout *out)
{
	GUARD(mm_map, &mm->lock);
	*out = mm->layout;
}

void mm_set_layout(struct mm *mm, const struct mm_layout *layout)
{
	GUARD(mm_map, &mm->lock);
	mm->layout = *layout;
}

void mm_set_auxv(struct mm *mm, struct cspan auxv)
{
	GUARD(mm_map, &mm->lock);
	usize len = min_of(cspan_len(auxv), sizeof(mm->auxv));
	span_copy(span_of(mm->auxv), cspan_sub(auxv, 0, len));
	mm->auxv_len = (u32)len;
}

usize mm_get_auxv(struct mm *mm, struct span out)
{
	GUARD(mm_map, &mm->lock);
	usize len = min_of((usize)mm->auxv_len, span_len(out));
	span_copy(out, cspan_sub(cspan_of(mm->auxv), 0, len));
	return len;
}

bool mm_exe(struct mm *mm, struct map_source_ref *out)
{
	GUARD(mm_map, &mm->lock);
	*out = map_source_clone_or_null(map_source_get_or_null(&mm->exe));
	return !map_source_is_null(out);
}

void mm_set_exe(struct mm *mm, struct map_source_ref exe)
{
	SCOPED_REF(map_source, old);
	GUARD(mm_map, &mm->lock);
	old = map_source_move(&mm->exe);
	mm->exe = map_source_move(&exe);
}
