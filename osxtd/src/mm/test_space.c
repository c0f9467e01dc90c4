// SPDX-License-Identifier: MPL-2.0
/* test_space - see test_space.h. */
#include "mm/test_space.h"

SUBTYPE(test_space, vmspace);
SUBTYPE(test_region, region);

static void test_space_fini(struct test_space *s)
{
	vmspace_fini(&s->vmspace);
}
OBJECT_SUBTYPE(test_space, vmspace, test_space_fini);

static void test_region_fini(struct test_region *r)
{
	(void)r;
}
OBJECT_SUBTYPE(test_region, region, test_region_fini);

/* Fits a marked page for access: a zeroed page, or write permission for the one that is there. */
static err_t test_fault(struct vmspace *s, u64 va, u32 access)
{
	test_space_of(s)->faults++;
	SCOPED_CURSOR(c);
	struct vm_entry e = {};
	TRY(vmspace_lock(s, page_down(va), page_down(va) + PAGE_SIZE, &c));
	if (!vm_query(&c, va, &e))
		return ERR_FAULT;
	if (e.prot == VM_NONE || ((access & VM_ACCESS_WRITE) != 0 && (e.prot & VM_WRITE) == 0))
		return ERR_FAULT;
	if (e.is_mapped) {
		if ((access & VM_ACCESS_WRITE) != 0)
			vm_make_writable(&c, va);
		return OK;
	}
	SCOPED_UFRAME(f);
	TRY(uframe_alloc(&f));
	return vm_map(&c, page_down(va), uframe_move(&f), (access & VM_ACCESS_WRITE) != 0);
}

static const struct vmspace_ops test_ops = { .fault = test_fault };

err_t test_space_new(struct test_space_ref *out)
{
	SCOPED_REF(vmspace, s);
	TRY(test_space_alloc(&s));
	TRY(vmspace_init(vmspace_get(&s), &test_ops));
	out->_p = test_space_of(vmspace_get(&s));
	s._p = nullptr;
	return OK;
}

err_t test_region_new(enum region_fork fork, struct test_region_ref *out)
{
	SCOPED_REF(region, r);
	TRY(test_region_alloc(&r));
	region_get(&r)->fork = fork;
	out->_p = test_region_of(region_get(&r));
	r._p = nullptr;
	return OK;
}
