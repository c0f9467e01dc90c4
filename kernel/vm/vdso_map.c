/* SPDX-License-Identifier: MPL-2.0 */
/* vdso_map - the vDSO in an address space: the data page, and the image behind it. */
#include <osxtd/random.h>

#include "abi/mman.h"
#include "vdso/vdso.h"
#include "vm/layout.h"

enum : u64 { TABLE_SPAN = 2ull << 20 };

/* Page 0 is the data page, the image follows.  Made by vm_init. */
shared static struct memobj_ref vdso_object;

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
	vdso_object = memobj_move(&o);
	return OK;
}

/* Above the stack, in the part of the address space that its page tables cover anyway; 0 when there is no room. */
static u64 wanted_address(struct mm *mm, u64 len)
{
	GUARD(mm_map, &mm->lock);
	u64 top = mm->stack_top;
	u64 end = min_of((top + TABLE_SPAN) & ~(TABLE_SPAN - 1), (u64)VMSPACE_HIGH);
	if (end - top < len)
		return 0;
	return top + random_below((end - top - len) / PAGE_SIZE + 1) * PAGE_SIZE;
}

static err_t map_part(struct mm *mm, u64 at, u64 offset, u64 len, enum mapping_kind kind, u32 prot, u32 flags, u64 *va)
{
	struct map_request r CLEANUP(map_request_fini) = {
		.offset = offset, .len = len, .prot = prot, .max_prot = prot, .kind = kind, .flags = MAP_SHARED | flags,
	};
	r.object = memobj_clone(memobj_get(&vdso_object));
	return mm_map(mm, at, &r, va);
}

err_t mm_map_vdso(struct mm *mm)
{
	u64 image = vdso_page_count() * PAGE_SIZE, va = 0, ignored = 0;
	if (memobj_is_null(&vdso_object))
		return OK;
	TRY(map_part(mm, wanted_address(mm, image + PAGE_SIZE), 0, image + PAGE_SIZE, MAPPING_VVAR, VM_READ, 0, &va));
	TRY(map_part(mm, va + PAGE_SIZE, PAGE_SIZE, image, MAPPING_VDSO, VM_READ | VM_EXEC, MAP_FIXED, &ignored));
	GUARD(mm_map, &mm->lock);
	mm->layout.vdso = va + PAGE_SIZE;
	return OK;
}
