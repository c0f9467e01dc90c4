/* SPDX-License-Identifier: MPL-2.0 */
/* pool_test - elements that are used after they were freed; counts at their limits. */
#include "mm/pool.h"

#include <osxtd/ktest.h>

#include "debug/kasan.h"

struct prey {
	struct object object;
	u64 word[10];
};
REF_TYPE(prey);
static void prey_fini(struct prey *p)
{
	(void)p;
}
OBJECT_TYPE(prey, prey_fini);

/* Touches what is free. */
KASAN_OFF_BEGIN
UNSAFE("1. pools only grow: the memory is there, and of this test's own pool")
static u64 stale_read(const struct prey *p, u32 i)
{
	return array_at(p->word, i);
}
UNSAFE("1. pools only grow: the memory is there, and of this test's own pool")
static void stale_write(struct prey *p, u32 i, u64 v)
{
	array_at(p->word, i) = v;
}
KASAN_OFF_END

/* A freed element, first on this CPU's list; borrowed from nobody. */
static struct prey *freed(struct ktest_ctx *t)
{
	SCOPED_REF(prey, r);
	EXPECT_OK(prey_alloc(&r));
	struct prey *p = prey_get(&r);
	for (u32 i = 0; i < array_len(p->word); i++)
		array_at(p->word, i) = i;
	prey_drop(&r);
	pool_flush_quarantine();
	return p;
}

static void alloc_one(void *)
{
	SCOPED_REF(prey, r);
	(void)prey_alloc(&r);
}

KTEST(pool, a_free_element_is_poison)
{
	const struct prey *p = freed(t);
	for (u32 i = 2; i < array_len(p->word); i++) /* the first two are the link */
		EXPECT_EQ(stale_read(p, i), 0xdfdfdfdfdfdfdfdf);
}

KTEST(pool, a_new_element_is_zero)
{
	(void)freed(t);
	SCOPED_REF(prey, r);
	REQUIRE_OK(prey_alloc(&r));
	for (u32 i = 0; i < array_len(prey_get(&r)->word); i++)
		EXPECT_EQ(array_at(prey_get(&r)->word, i), 0);
}

KTEST(pool, writes_to_a_free_element_are_caught)
{
	for (u32 i = 0; i < 2; i++) {
		struct prey *p = freed(t);
		u64 was = stale_read(p, i);
		stale_write(p, i, was + 64);
		EXPECT_TRAP(alloc_one, nullptr, "a free object was written to");
		/* The list was given up: the pool goes on with others. */
		SCOPED_REF(prey, r);
		EXPECT_OK(prey_alloc(&r));
		EXPECT(prey_get(&r) != p);
	}
}

KTEST(pool, links_of_other_elements_do_not_fit)
{
	struct prey *a = freed(t);
	SCOPED_REF(prey, keep);
	REQUIRE_OK(prey_alloc(&keep));
	struct prey *b = freed(t);
	EXPECT(a == prey_get(&keep) && a != b);
	u64 next = stale_read(b, 0), check = stale_read(b, 1);
	prey_drop(&keep);
	pool_flush_quarantine();
	stale_write(a, 0, next);
	stale_write(a, 1, check);
	EXPECT_TRAP(alloc_one, nullptr, "a free object was written to");
}

KTEST(pool, upgrades_do_not_run_a_count_over)
{
	SCOPED_REF(prey, r);
	REQUIRE_OK(prey_alloc(&r));
	struct prey_weak w = prey_weaken(prey_get(&r));
	prey_get(&r)->object._refs._v = UINT32_MAX - 1;
	for (u32 i = 0; i < 4; i++) {
		struct prey_ref more = {};
		EXPECT(prey_upgrade(w, &more));
		more._p = nullptr; /* never given back */
	}
	EXPECT_EQ(prey_get(&r)->object._refs._v, UINT32_MAX - 1);
	prey_get(&r)->object._refs._v = 1;
}
