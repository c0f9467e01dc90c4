/* SPDX-License-Identifier: MPL-2.0 */
/* pool_test - elements that are used after they were freed; counts at their limits. */
#include "mm/pool.h"

#include <osxtd/cpu.h>
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

/* Touches what is free: pools only grow, so the memory is there, and of this test's own pool. */
KASAN_OFF_BEGIN
static u64 stale_read(const struct prey *p, u32 i)
{
	return array_at(p->word, i);
}
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

/* Alloc with two words of the first free element changed; the list is put back as it was. */
UNSAFE("1. the list and the element are put back as they were")
static void expect_caught(struct ktest_ctx *t, struct prey *p, u64 next, u64 check)
{
	struct pool_cpu *c = &prey_type_._pool->_cpus[cpu_id()];
	struct pool_cpu before = *c;
	u64 old_next = stale_read(p, 0), old_check = stale_read(p, 1);
	EXPECT(c->_free == p);
	stale_write(p, 0, next);
	stale_write(p, 1, check);
	EXPECT_TRAP(alloc_one, nullptr, "a free object was written to");
	EXPECT(c->_free != p); /* the list was given up: the pool goes on with others */
	stale_write(p, 0, old_next);
	stale_write(p, 1, old_check);
	*c = before;
}

KTEST(pool, writes_to_a_free_element_are_caught)
{
	struct prey *p = freed(t);
	u64 next = stale_read(p, 0), check = stale_read(p, 1);
	expect_caught(t, p, next + 64, check);
	expect_caught(t, p, next, check ^ 1);
	expect_caught(t, p, 0, 0);
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
	expect_caught(t, a, next, check);
}

KTEST(pool, upgrades_do_not_run_a_count_over)
{
	SCOPED_REF(prey, r);
	REQUIRE_OK(prey_alloc(&r));
	struct prey_weak w = prey_weaken(prey_get(&r));
	prey_get(&r)->object._refs._v = UINT32_MAX - 1;
	SCOPED_REF(prey, one);
	SCOPED_REF(prey, two);
	EXPECT(prey_upgrade(w, &one) && prey_upgrade(w, &two));
	EXPECT_EQ(prey_get(&r)->object._refs._v, UINT32_MAX - 1);
	prey_drop(&one);
	prey_drop(&two);
	EXPECT(object_refs(&prey_get(&r)->object) >= OBJECT_SATURATED);
	prey_get(&r)->object._refs._v = 1;
}
