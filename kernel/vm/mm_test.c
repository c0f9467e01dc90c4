/* SPDX-License-Identifier: MPL-2.0 */
/* mm_test - mappings, faults, copies of spaces: single cases. */
#include "vm/mm.h"

#include <osxtd/ktest.h>

#include "abi/mman.h"

enum : u64 { BASE = 0x10000000 };
enum : u32 {
	RW = VM_READ | VM_WRITE,
	ANON = MAP_PRIVATE | MAP_ANONYMOUS,
	ANON_AT = ANON | MAP_FIXED
};

static err_t poke(struct vmspace_ref *s, u64 va, u8 value)
{
	usize done = 0;
	return vmspace_write(vmspace_get(s), uaddr_of(va), cspan_of(value), &done);
}
/* The byte at va, or a negative error. */
static i64 peek(struct vmspace_ref *s, u64 va)
{
	u8 value = 0;
	usize done = 0;
	err_t e = vmspace_read(vmspace_get(s), uaddr_of(va), span_of(value), &done);
	return e == OK ? value : e;
}
static struct mm *mm_in(struct vmspace_ref *s)
{
	return mm_of(vmspace_get(s));
}
static err_t map_at(struct vmspace_ref *s, u64 va, u64 pages, u32 prot, u32 flags)
{
	u64 at = 0;
	return mm_map_anonymous(mm_in(s), va, pages * PAGE_SIZE, prot, flags, &at);
}

KTEST(mm, anonymous_memory_is_zero_until_written)
{
	SCOPED_REF(vmspace, s);
	u64 va = 0;
	REQUIRE_OK(mm_new(MM_ASLR_ON, 8 << 20, &s));
	REQUIRE_OK(mm_map_anonymous(mm_in(&s), 0, 3 * PAGE_SIZE, RW, ANON, &va));
	EXPECT_EQ(vmspace_marked_pages(vmspace_get(&s)), 3);
	EXPECT_EQ(peek(&s, va + 5), 0);
	EXPECT_OK(poke(&s, va + 5, 9));
	EXPECT_EQ(peek(&s, va + 5), 9);
	EXPECT_EQ(peek(&s, va + 6), 0);
	EXPECT_EQ(peek(&s, va - 1), ERR_FAULT);
	EXPECT_OK(mm_unmap(mm_in(&s), va, 3 * PAGE_SIZE));
	EXPECT_EQ(peek(&s, va + 5), ERR_FAULT);
	EXPECT_EQ(vmspace_marked_pages(vmspace_get(&s)), 0);
	EXPECT_EQ(vmspace_resident_pages(vmspace_get(&s)), 0);
}

KTEST(mm, protection_is_kept)
{
	SCOPED_REF(vmspace, s);
	REQUIRE_OK(mm_new(MM_ASLR_ON, 8 << 20, &s));
	struct mm *mm = mm_in(&s);
	REQUIRE_OK(map_at(&s, BASE, 4, RW, ANON_AT));
	EXPECT_OK(poke(&s, BASE, 1));
	EXPECT_OK(mm_protect(mm, BASE, PAGE_SIZE, VM_READ));
	EXPECT_EQ(poke(&s, BASE, 2), ERR_FAULT);
	EXPECT_EQ(mm_handle_fault(mm, BASE, VM_ACCESS_WRITE), MM_FAULT_ACCERR);
	EXPECT_EQ(mm_handle_fault(mm, BASE - 1, VM_ACCESS_READ), MM_FAULT_MAPERR);
	EXPECT_EQ(mm_handle_fault(mm, BASE, VM_ACCESS_EXEC), MM_FAULT_ACCERR);
	EXPECT_OK(mm_protect(mm, BASE, PAGE_SIZE, VM_NONE));
	EXPECT_EQ(peek(&s, BASE), ERR_FAULT);
	EXPECT_OK(mm_protect(mm, BASE, PAGE_SIZE, RW));
	EXPECT_EQ(peek(&s, BASE), 1);
	/* A hole: what stands before it is changed, as on Linux. */
	EXPECT_OK(mm_unmap(mm, BASE + 2 * PAGE_SIZE, PAGE_SIZE));
	EXPECT_EQ(mm_protect(mm, BASE, 4 * PAGE_SIZE, VM_READ), ERR_NOMEM);
	EXPECT_EQ(poke(&s, BASE + PAGE_SIZE, 2), ERR_FAULT);
	EXPECT_OK(poke(&s, BASE + 3 * PAGE_SIZE, 2));
	EXPECT_EQ(mm_protect(mm, BASE + 1, PAGE_SIZE, RW), ERR_INVAL);
}

KTEST(mm, fork_copies_on_write)
{
	SCOPED_REF(vmspace, s);
	SCOPED_REF(vmspace, child);
	REQUIRE_OK(mm_new(MM_ASLR_ON, 8 << 20, &s));
	REQUIRE_OK(map_at(&s, BASE, 4, RW, ANON_AT));
	REQUIRE_OK(map_at(&s, BASE + 8 * PAGE_SIZE, 1, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED));
	EXPECT_OK(mm_advise(mm_in(&s), BASE + 2 * PAGE_SIZE, PAGE_SIZE, MADV_DONTFORK));
	EXPECT_OK(mm_advise(mm_in(&s), BASE + 3 * PAGE_SIZE, PAGE_SIZE, MADV_WIPEONFORK));
	for (u64 i = 0; i < 4; i++)
		EXPECT_OK(poke(&s, BASE + i * PAGE_SIZE, (u8)(i + 1)));
	REQUIRE_OK(mm_fork(mm_in(&s), &child));
	EXPECT_EQ(peek(&child, BASE), 1);
	EXPECT_OK(poke(&child, BASE, 50));
	EXPECT_EQ(peek(&s, BASE), 1);
	EXPECT_OK(poke(&s, BASE + PAGE_SIZE, 60));
	EXPECT_EQ(peek(&child, BASE + PAGE_SIZE), 2);
	EXPECT_EQ(peek(&child, BASE + 2 * PAGE_SIZE), ERR_FAULT);
	EXPECT_EQ(peek(&child, BASE + 3 * PAGE_SIZE), 0);
	EXPECT_OK(poke(&s, BASE + 8 * PAGE_SIZE, 70));
	EXPECT_EQ(peek(&child, BASE + 8 * PAGE_SIZE), 70);
	vmspace_drop(&child);
	EXPECT_OK(poke(&s, BASE, 3));
	EXPECT_EQ(peek(&s, BASE), 3);
}

/* Maps pages of an object of that many pages plus a byte. */
static err_t map_object(struct vmspace_ref *s, struct memobj_ref *o, u64 pages, u32 flags)
{
	struct map_request r CLEANUP(map_request_fini) = {
		.len = pages * PAGE_SIZE,
		.prot = RW,
		.max_prot = RW,
		.flags = flags | MAP_FIXED,
		.kind = MAPPING_OBJECT,
	};
	u64 va = 0;
	r.object = memobj_clone(memobj_get(o));
	return mm_map(mm_in(s), BASE, &r, &va);
}

KTEST(mm, no_mapping_above_its_highest_protection)
{
	SCOPED_REF(vmspace, s);
	u64 va = 0;
	REQUIRE_OK(mm_new(MM_ASLR_ON, 8 << 20, &s));
	struct map_request r CLEANUP(map_request_fini) = {
		.len = PAGE_SIZE,
		.prot = RW,
		.max_prot = VM_READ,
		.flags = MAP_SHARED,
		.kind = MAPPING_OBJECT,
	};
	REQUIRE_OK(memobj_new(PAGE_SIZE, nullptr, &r.object));
	EXPECT_EQ(mm_map(mm_in(&s), 0, &r, &va), ERR_ACCES);
	r.prot = VM_READ;
	REQUIRE_OK(mm_map(mm_in(&s), 0, &r, &va));
	EXPECT_EQ(mm_protect(mm_in(&s), va, PAGE_SIZE, RW), ERR_ACCES);
}

KTEST(mm, object_pages_and_their_end)
{
	SCOPED_REF(vmspace, s);
	SCOPED_REF(memobj, o);
	u64 word = 0x0101010101010101;
	usize n = 0;
	REQUIRE_OK(mm_new(MM_ASLR_ON, 8 << 20, &s));
	REQUIRE_OK(memobj_new(2 * PAGE_SIZE + 1, nullptr, &o));
	struct uio from = uio_kernel_const(cspan_of(word));
	REQUIRE_OK(memobj_write(memobj_get(&o), 0, &from, &n));
	REQUIRE_OK(map_object(&s, &o, 8, MAP_PRIVATE));
	EXPECT_EQ(peek(&s, BASE + 3), 1);
	EXPECT_OK(poke(&s, BASE + 3, 2)); /* private: the object does not see it */
	EXPECT_EQ(peek(&s, BASE + 3), 2);
	EXPECT_EQ(peek(&s, BASE + 2 * PAGE_SIZE), 0);
	EXPECT_EQ(mm_handle_fault(mm_in(&s), BASE + 3 * PAGE_SIZE, VM_ACCESS_READ), MM_FAULT_BUS);
	memobj_truncate(memobj_get(&o), 0);
	EXPECT_EQ(mm_handle_fault(mm_in(&s), BASE, VM_ACCESS_READ), MM_FAULT_BUS);
	EXPECT_EQ(vmspace_resident_pages(vmspace_get(&s)), 0);

	memobj_truncate(memobj_get(&o), PAGE_SIZE);
	REQUIRE_OK(map_object(&s, &o, 8, MAP_SHARED));
	EXPECT_OK(poke(&s, BASE + 3, 7));
	u8 seen[4] = {};
	struct uio to = uio_kernel(span_of(seen));
	EXPECT_OK(memobj_read(memobj_get(&o), 0, &to, &n));
	EXPECT_EQ(seen[3], 7);
}

KTEST(mm, remap_moves_content)
{
	SCOPED_REF(vmspace, s);
	u64 va = 0;
	REQUIRE_OK(mm_new(MM_ASLR_ON, 8 << 20, &s));
	struct mm *mm = mm_in(&s);
	REQUIRE_OK(map_at(&s, BASE, 2, RW, ANON_AT));
	REQUIRE_OK(map_at(&s, BASE + 2 * PAGE_SIZE, 1, VM_READ, ANON_AT));
	EXPECT_OK(poke(&s, BASE + PAGE_SIZE, 5));
	EXPECT_EQ(mm_remap(mm, BASE, 2 * PAGE_SIZE, 4 * PAGE_SIZE, 0, 0, false, &va), ERR_NOMEM);
	EXPECT_OK(mm_remap(mm, BASE, 2 * PAGE_SIZE, 4 * PAGE_SIZE, MREMAP_MAYMOVE, 0, false, &va));
	EXPECT(va != BASE);
	EXPECT_EQ(peek(&s, va + PAGE_SIZE), 5);
	EXPECT_EQ(peek(&s, va + 3 * PAGE_SIZE), 0);
	EXPECT_EQ(peek(&s, BASE + PAGE_SIZE), ERR_FAULT);
	u64 again = 0;
	EXPECT_OK(mm_remap(mm, va, 4 * PAGE_SIZE, PAGE_SIZE, 0, 0, false, &again));
	EXPECT_EQ(again, va);
	EXPECT_EQ(peek(&s, va + PAGE_SIZE), ERR_FAULT);
	EXPECT_EQ(mm_remap(mm, va, 2 * PAGE_SIZE, 3 * PAGE_SIZE, MREMAP_MAYMOVE, 0, false, &again),
		  ERR_FAULT);
	EXPECT_OK(poke(&s, va, 8));
	u32 flags = MREMAP_MAYMOVE | MREMAP_FIXED;
	EXPECT_OK(
		mm_remap(mm, va, PAGE_SIZE, PAGE_SIZE, flags, BASE + 2 * PAGE_SIZE, false, &again));
	EXPECT_EQ(peek(&s, BASE + 2 * PAGE_SIZE), 8);
	flags = MREMAP_MAYMOVE | MREMAP_DONTUNMAP;
	EXPECT_OK(
		mm_remap(mm, BASE + 2 * PAGE_SIZE, PAGE_SIZE, PAGE_SIZE, flags, 0, false, &again));
	EXPECT_EQ(peek(&s, BASE + 2 * PAGE_SIZE), 0);
	EXPECT_EQ(peek(&s, again), 8);
}

KTEST(mm, stack_grows_to_its_limit)
{
	SCOPED_REF(vmspace, s);
	REQUIRE_OK(mm_new(MM_ASLR_ON, 1 << 20, &s));
	struct mm *mm = mm_in(&s);
	mm_set_limit(mm, MM_LIMIT_STACK, 1 << 20);
	u64 top = mm_stack_top(mm);
	REQUIRE_OK(map_at(&s, top - 4 * PAGE_SIZE, 4, RW, ANON_AT | MAP_GROWSDOWN));
	EXPECT_OK(poke(&s, top - 5 * PAGE_SIZE, 1));
	EXPECT_OK(poke(&s, top - (1 << 20), 1));
	EXPECT_EQ(poke(&s, top - (1 << 20) - 1, 1), ERR_FAULT);
}

KTEST(mm, places_and_limits)
{
	SCOPED_REF(vmspace, s);
	u64 a = 0, b = 0;
	REQUIRE_OK(mm_new(MM_ASLR_ON, 8 << 20, &s));
	struct mm *mm = mm_in(&s);
	REQUIRE_OK(mm_map_anonymous(mm, 0, PAGE_SIZE, RW, ANON, &a));
	EXPECT_EQ(mm_map_anonymous(mm, a, PAGE_SIZE, RW, ANON | MAP_FIXED_NOREPLACE, &b),
		  ERR_EXIST);
	EXPECT_OK(mm_map_anonymous(mm, a, PAGE_SIZE, RW, ANON, &b));
	EXPECT(a != b);
	EXPECT_EQ(mm_map_anonymous(mm, 1, PAGE_SIZE, RW, ANON_AT, &b), ERR_INVAL);
	EXPECT_EQ(mm_map_anonymous(mm, 0, PAGE_SIZE, RW, ANON_AT, &b), ERR_PERM);
	EXPECT_EQ(mm_map_anonymous(mm, 0, 0, RW, ANON, &b), ERR_INVAL);
	EXPECT_EQ(mm_map_anonymous(mm, 0, UINT64_MAX, RW, ANON, &b), ERR_NOMEM);
	EXPECT_EQ(mm_map_anonymous(mm, 0, VMSPACE_HIGH / 4, RW, ANON, &b),
		  ERR_NOMEM); /* overcommit */
	u64 huge = 1ull << 36;
	EXPECT_OK(mm_map_anonymous(mm, 0, huge, VM_NONE, ANON, &b));
	EXPECT_OK(mm_unmap(mm, b, huge));
	mm_set_limit(mm, MM_LIMIT_AS, 4 * PAGE_SIZE);
	EXPECT_EQ(mm_map_anonymous(mm, 0, 3 * PAGE_SIZE, RW, ANON, &b), ERR_NOMEM);
	EXPECT_OK(mm_map_anonymous(mm, 0, 2 * PAGE_SIZE, RW, ANON, &b));
	mm_set_limit(mm, MM_LIMIT_AS, UINT64_MAX);
	mm_set_limit(mm, MM_LIMIT_DATA, 5 * PAGE_SIZE);
	EXPECT_EQ(mm_map_anonymous(mm, 0, 2 * PAGE_SIZE, RW, ANON, &b), ERR_NOMEM);
	EXPECT_OK(mm_map_anonymous(mm, 0, 2 * PAGE_SIZE, VM_READ, ANON, &b));
}

KTEST(mm, areas_are_joined)
{
	SCOPED_REF(vmspace, s);
	REQUIRE_OK(mm_new(MM_ASLR_ON, 8 << 20, &s));
	REQUIRE_OK(map_at(&s, BASE, 2, RW, ANON_AT));
	REQUIRE_OK(map_at(&s, BASE + 2 * PAGE_SIZE, 2, RW, ANON_AT));
	REQUIRE_OK(map_at(&s, BASE + 4 * PAGE_SIZE, 2, VM_READ, ANON_AT));
	REQUIRE_OK(map_at(&s, BASE + (4 << 20), 2048, RW, ANON_AT));
	struct mm_area a CLEANUP(mm_area_fini) = {};
	EXPECT(mm_next_area(mm_in(&s), 0, &a));
	EXPECT_EQ(a.start, BASE);
	EXPECT_EQ(a.end, BASE + 4 * PAGE_SIZE);
	EXPECT(mm_next_area(mm_in(&s), a.end, &a));
	EXPECT_EQ(a.end, BASE + 6 * PAGE_SIZE);
	EXPECT_EQ(a.prot, VM_READ);
	EXPECT(mm_next_area(mm_in(&s), a.end, &a));
	EXPECT_EQ(a.start, BASE + (4 << 20));
	EXPECT_EQ(a.end, BASE + (12 << 20));
	EXPECT(!mm_next_area(mm_in(&s), a.end, &a));
}

/* Bits from the page's on that take both values about evenly in what is drawn. */
static u32 even_bits(struct span ones, u32 runs)
{
	u32 found = 0;
	for (u32 bit = PAGE_SHIFT; bit < span_len(ones); bit++)
		found += span_get(ones, bit) >= runs / 5 && span_get(ones, bit) <= runs - runs / 5;
	return found;
}

static void count_ones(struct span ones, u64 v)
{
	for (u32 bit = 0; bit < span_len(ones); bit++)
		span_set(ones, bit, (u8)(span_get(ones, bit) + (v >> bit & 1)));
}

KTEST(mm, addresses_have_enough_random_bits)
{
	enum : u32 { RUNS = 200, BITS = 47 };
	u32 enough = VMSPACE_HIGH > 1ull << 45 ? 28 : 21; /* a small half has room for less */
	u8 stack[BITS] = {}, mapping[BITS] = {}, gap[BITS] = {}, heap[BITS] = {};
	u64 old = mm_aslr_level();
	mm_set_aslr_level(MM_ASLR_FULL);
	for (u32 i = 0; i < RUNS; i++) {
		SCOPED_REF(vmspace, s);
		u64 va = 0;
		REQUIRE_OK(mm_new(MM_ASLR_ON, 8 << 20, &s));
		REQUIRE_OK(mm_choose(mm_in(&s), PAGE_SIZE, PAGE_SIZE, &va));
		count_ones(span_of(stack), mm_stack_top(mm_in(&s)));
		count_ones(span_of(mapping), va);
		count_ones(span_of(gap), mm_draw_gap(mm_in(&s)));
		count_ones(span_of(heap), mm_draw_brk_gap(mm_in(&s)));
	}
	mm_set_aslr_level((u32)old);
	EXPECT(even_bits(span_of(stack), RUNS) >= enough);
	EXPECT(even_bits(span_of(mapping), RUNS) >= enough);
	EXPECT(even_bits(span_of(gap), RUNS) >= enough);
	EXPECT(even_bits(span_of(heap), RUNS) >= enough);
}

KTEST(mm, addresses_are_fixed_when_asked_for)
{
	u64 old = mm_aslr_level(), first = 0;
	for (u32 i = 0; i < 4; i++) {
		SCOPED_REF(vmspace, s);
		mm_set_aslr_level(i < 2 ? MM_ASLR_NONE : MM_ASLR_NOT_BRK);
		REQUIRE_OK(mm_new(i < 2 ? MM_ASLR_ON : MM_ASLR_OFF, 8 << 20, &s));
		first = i == 0 ? mm_stack_top(mm_in(&s)) : first;
		EXPECT_EQ(mm_stack_top(mm_in(&s)), first);
		EXPECT_EQ(mm_draw_gap(mm_in(&s)), 0);
		EXPECT_EQ(mm_draw_brk_gap(mm_in(&s)), 0);
	}
	SCOPED_REF(vmspace, s);
	REQUIRE_OK(mm_new(MM_ASLR_ON, 8 << 20, &s));
	EXPECT_EQ(mm_draw_brk_gap(mm_in(&s)), 0); /* level 1 */
	EXPECT(mm_draw_gap(mm_in(&s)) != 0);
	mm_set_aslr_level((u32)old);
}
