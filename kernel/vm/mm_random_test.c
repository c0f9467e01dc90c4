/* SPDX-License-Identifier: MPL-2.0 */
/*
 * mm_random_test - random calls against a model of one byte per page: what is mapped, how, and with
 * which content.
 *
 * The sequence is the same in every run: a failure can be looked at again.
 */
#include <osxtd/ktest.h>

#include "abi/mman.h"
#include "vm/mm.h"

enum : u64 { BASE = 0x3fe0000000, PAGES = 96, STEPS = 3000 }; /* across a border of page tables */
enum : u32 { RW = VM_READ | VM_WRITE, ANON_AT = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED };

struct page_model {
	bool is_mapped;
	u8 prot;
	u8 value;
};
struct model {
	struct page_model page[PAGES];
	u64 state;
};

static u64 draw(struct model *m, u64 below)
{
	m->state = m->state * 6364136223846793005u +
		   1442695040888963407u; /* unsigned: wraps on purpose */
	return (m->state >> 33) % below;
}

static u64 va_of(u64 page)
{
	return BASE - PAGES / 2 * PAGE_SIZE + page * PAGE_SIZE;
}

static void check_page(struct ktest_ctx *t, struct model *m, struct vmspace *s, u64 page)
{
	const struct page_model *p = &array_at(m->page, page);
	u8 value = 0;
	usize done = 0;
	err_t e = vmspace_read(s, uaddr_of(va_of(page)), span_of(value), &done);
	EXPECT_EQ(e, p->is_mapped && p->prot != 0 ? OK : ERR_FAULT);
	if (e == OK)
		EXPECT_EQ(value, p->value);
}

static void write_page(struct ktest_ctx *t, struct model *m, struct vmspace *s, u64 page)
{
	struct page_model *p = &array_at(m->page, page);
	u8 value = (u8)draw(m, 256);
	usize done = 0;
	err_t e = vmspace_write(s, uaddr_of(va_of(page)), cspan_of(value), &done);
	bool is_allowed = p->is_mapped && (p->prot & VM_WRITE) != 0;
	EXPECT_EQ(e, is_allowed ? OK : ERR_FAULT);
	if (is_allowed)
		p->value = value;
}

static void map_range(struct ktest_ctx *t, struct model *m, struct mm *mm, u64 page, u64 n)
{
	u64 va = 0;
	u8 prot = (u8)(draw(m, 3) == 0 ? (u32)VM_READ : RW);
	EXPECT_OK(mm_map_anonymous(mm, va_of(page), n * PAGE_SIZE, prot, ANON_AT, &va));
	for (u64 i = page; i < page + n; i++)
		array_at(m->page, i) = (struct page_model){ true, prot, 0 };
}

static void unmap_range(struct ktest_ctx *t, struct model *m, struct mm *mm, u64 page, u64 n)
{
	EXPECT_OK(mm_unmap(mm, va_of(page), n * PAGE_SIZE));
	for (u64 i = page; i < page + n; i++)
		array_at(m->page, i) = (struct page_model){};
}

static void protect_range(struct ktest_ctx *t, struct model *m, struct mm *mm, u64 page, u64 n)
{
	static const u8 prots[] = { VM_NONE, VM_READ, RW };
	u8 prot = array_at(prots, draw(m, 3));
	err_t e = mm_protect(mm, va_of(page), n * PAGE_SIZE, prot);
	u64 i = page;
	for (; i < page + n && array_at(m->page, i).is_mapped; i++)
		array_at(m->page, i).prot = prot;
	EXPECT_EQ(e, i == page + n ? OK : ERR_NOMEM);
}

static void drop_range(struct ktest_ctx *t, struct model *m, struct mm *mm, u64 page, u64 n)
{
	bool is_whole = true;
	err_t e = mm_advise(mm, va_of(page), n * PAGE_SIZE, MADV_DONTNEED);
	for (u64 i = page; i < page + n; i++) {
		is_whole &= array_at(m->page, i).is_mapped;
		array_at(m->page, i).value = 0;
	}
	EXPECT_EQ(e, is_whole ? OK : ERR_NOMEM);
}

/* Moves n pages to a place that does not overlap. */
static void move_range(struct ktest_ctx *t, struct model *m, struct mm *mm, u64 page, u64 n)
{
	u64 to = draw(m, PAGES - n + 1), va = 0;
	if (to < page + n && page < to + n)
		return;
	bool is_one = array_at(m->page, page).is_mapped;
	for (u64 i = page; i < page + n; i++)
		is_one &= array_at(m->page, i).is_mapped &&
			  array_at(m->page, i).prot == array_at(m->page, page).prot;
	u32 flags = MREMAP_MAYMOVE | MREMAP_FIXED;
	err_t e = mm_remap(mm, va_of(page), n * PAGE_SIZE, n * PAGE_SIZE, flags, va_of(to), false,
			   &va);
	EXPECT_EQ(e, is_one ? OK : ERR_FAULT);
	for (u64 i = 0; e == OK && i < n; i++) {
		array_at(m->page, to + i) = array_at(m->page, page + i);
		array_at(m->page, page + i) = (struct page_model){};
	}
}

/* Goes on with a copy; the original is checked and dropped. */
static void fork_space(struct ktest_ctx *t, struct model *m, struct vmspace_ref *s)
{
	SCOPED_REF(vmspace, child);
	REQUIRE_OK(mm_fork(mm_of(vmspace_get(s)), &child));
	for (u64 i = 0; i < PAGES; i += 5)
		check_page(t, m, vmspace_get(s), i);
	if (draw(m, 2) == 0)
		vmspace_replace(s, vmspace_move(&child));
}

static void step(struct ktest_ctx *t, struct model *m, struct vmspace_ref *s)
{
	struct mm *mm = mm_of(vmspace_get(s));
	u64 page = draw(m, PAGES), n = 1 + draw(m, min_of(PAGES - page, (u64)20));
	switch (draw(m, 12)) {
	case 0:
	case 1:
		map_range(t, m, mm, page, n);
		return;
	case 2:
		unmap_range(t, m, mm, page, n);
		return;
	case 3:
		protect_range(t, m, mm, page, n);
		return;
	case 4:
		drop_range(t, m, mm, page, n);
		return;
	case 5:
		move_range(t, m, mm, page, n);
		return;
	case 6:
		if (draw(m, 4) == 0)
			fork_space(t, m, s);
		return;
	case 7:
		check_page(t, m, vmspace_get(s), page);
		return;
	default:
		write_page(t, m, vmspace_get(s), page);
		return;
	}
}

KTEST(mm, random_calls_match_the_model)
{
	static struct model shared model OWNER(test); /* they run one after the other */
	model = (struct model){ .state = 1 };
	struct frame_stats before = {}, after = {};
	frame_stats(&before);
	{
		SCOPED_REF(vmspace, s);
		REQUIRE_OK(mm_new(MM_ASLR_ON, 8 << 20, &s));
		for (u64 i = 0; i < STEPS && t->failures == 0; i++)
			step(t, &model, &s);
		u64 mapped = 0;
		for (u64 i = 0; i < PAGES; i++) {
			check_page(t, &model, vmspace_get(&s), i);
			mapped += array_at(model.page, i).is_mapped;
		}
		EXPECT_EQ(vmspace_marked_pages(vmspace_get(&s)), mapped);
	}
	frame_stats(&after);
	EXPECT_EQ(after.untyped_pages, before.untyped_pages); /* V5 */
}
