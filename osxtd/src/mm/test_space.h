/* SPDX-License-Identifier: MPL-2.0 */
/* test_space - an address space and regions for tests; a fault on a marked page maps a zeroed one.
 */
#pragma once
#include <osxtd/vmspace.h>

struct test_space {
	struct vmspace vmspace;
	u32 faults;
};
struct test_space_ref {
	struct test_space *_p;
};
struct test_region {
	struct region region;
};
struct test_region_ref {
	struct test_region *_p;
};

err_t test_space_new(struct test_space_ref *out);
err_t test_region_new(enum region_fork fork, struct test_region_ref *out);

ALWAYS_INLINE struct test_space *test_space_get(const struct test_space_ref *r)
{
	ASSERT(r->_p != nullptr);
	return r->_p;
}
ALWAYS_INLINE void test_space_drop(struct test_space_ref *r)
{
	struct vmspace_ref v = { r->_p == nullptr ? nullptr : &r->_p->vmspace };
	r->_p = nullptr;
	vmspace_drop(&v);
}
ALWAYS_INLINE struct test_region *test_region_get(const struct test_region_ref *r)
{
	ASSERT(r->_p != nullptr);
	return r->_p;
}
ALWAYS_INLINE void test_region_drop(struct test_region_ref *r)
{
	struct region_ref v = { r->_p == nullptr ? nullptr : &r->_p->region };
	r->_p = nullptr;
	region_drop(&v);
}
