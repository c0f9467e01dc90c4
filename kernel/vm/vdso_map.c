/* SPDX-License-Identifier: MPL-2.0 */
/* vdso_map - what every program's space has: the first stack, and the vDSO (data page, image) above
 * it. */
#include "vdso/vdso.h"
#include "vm/layout.h"

/* Page 0 is the data page, the image follows.  Made by vm_init. */
struct vdso_boot {
	struct memobj_ref object IMMUTABLE;
};
shared static struct vdso_boot boot;

static err_t build(struct memobj *o)
{
	SCOPED_UFRAME(data);
	vdso_data_page(&data);
	TRY(memobj_insert(o, 0, uframe_move(&data)));
	for (u64 i = 0; i < vdso_page_count(); i++) {
		SCOPED_UFRAME(page);
		vdso_page(i, &page);
		TRY(memobj_insert(o, i + 1, uframe_move(&page)));
	}
	return OK;
}

err_t mm_vdso_init(void)
{
	TRY(vdso_init());
	SCOPED_REF(memobj, o);
	TRY(memobj_new((vdso_page_count() + 1) * PAGE_SIZE, nullptr, &o));
	TRY(build(memobj_get(&o)));
	boot.object = memobj_move(&o);
	return OK;
}

/* Where the vDSO goes: above the stack, in what its last page table covers; 0 when there is no
 * room. */
static u64 choose_address(struct mm *mm, u64 len) HOLDS(mm_map)
{
	u64 room = mm_vdso_room(mm->stack_top);
	if (len == 0 || room < len)
		return 0;
	u64 pages = (room - len) / PAGE_SIZE;
	return mm->stack_top + (mm->is_random ? mm_draw(mm) % (pages + 1) * PAGE_SIZE : 0);
}

static err_t mark_part(struct vm_cursor *c, u64 va, u64 offset, u64 len, enum mapping_kind kind,
		       u32 prot)
{
	struct mapping_spec spec = {
		.kind = kind, .flags = MAPPING_SHARED, .max_prot = prot, .va = va, .offset = offset
	};
	SCOPED_REF(region, region);
	spec.object = memobj_clone(memobj_get(&boot.object));
	TRY(mapping_new(nullptr, &spec, &region));
	return vm_mark(c, va, va + len, region_move(&region), prot);
}

static err_t mark_stack(struct vm_cursor *c, u64 start, u64 top, u32 prot)
{
	struct mapping_spec spec = { .kind = MAPPING_ANON, .flags = MAPPING_GROWSDOWN, .va = top };
	SCOPED_REF(region, region);
	spec.max_prot = VM_READ | VM_WRITE | VM_EXEC;
	TRY(mapping_new(nullptr, &spec, &region));
	return vm_mark(c, start, top, region_move(&region), prot);
}

err_t mm_map_stack(struct mm *mm, u64 size, u32 prot)
{
	u64 image = vdso_page_count() * PAGE_SIZE;
	GUARD(mm_map, &mm->lock);
	u64 top = mm->stack_top;
	u64 data = choose_address(mm, memobj_is_null(&boot.object) ? 0 : image + PAGE_SIZE);
	SCOPED_CURSOR(c);
	TRY(vmspace_lock(&mm->vmspace, top - size, data != 0 ? data + PAGE_SIZE + image : top, &c));
	TRY(mark_stack(&c, top - size, top, prot));
	if (data == 0)
		return OK;
	TRY(mark_part(&c, data, 0, PAGE_SIZE, MAPPING_VVAR, VM_READ));
	TRY(mark_part(&c, data + PAGE_SIZE, PAGE_SIZE, image, MAPPING_VDSO, VM_READ | VM_EXEC));
	mm->layout.vdso = data + PAGE_SIZE;
	return OK;
}
