/* SPDX-License-Identifier: MPL-2.0 */
/*
 * user_fixture - for the tests of user_run: a hand-made address space with one page of code, which
 * has the programs between user_test_start and user_test_end, and one of stack.
 *
 *   FIXTURE(f);   in force until the end of the block
 */
#pragma once
#include <arch/page.h>
#include <osxtd/ktest.h>
#include <osxtd/task.h>
#include <osxtd/timer.h>

#include "mm/frames.h"
#include "mm/paging.h"
#include "mm/pte.h"

enum : u64 { CODE = 0x400000, STACK = 0x401000, STACK_TOP = STACK + PAGE_SIZE };
enum : u32 { PAGES_ORDER = 3, CODE_PAGE = PT_LEVELS_MAX, STACK_PAGE };

extern const u8 user_test_start[], user_test_end[];

struct fixture {
	struct uframe *pages;
	u64 old_root;
	struct user_ctx *ctx;
};

UNSAFE("1. the pages are the fixture's; 2. the kernel's half is that of every space; 3. the old "
       "tables come back at the end")
static inline bool fixture_init(struct fixture *f)
{
	f->pages = frames_alloc(PAGES_ORDER, FRAME_META);
	if (f->pages == nullptr)
		return false;
	u64 base = frame_paddr(f->pages);
	u64 *table = (u64 *)(void *)frame_va(f->pages);
	words_zero(table, (PAGE_SIZE << PAGES_ORDER) / 8);
	paging_fill_root(base);
	u64 page = base;
	u64 *at = table;
	for (u32 level = PT_LEVELS; level > 1; level--, at += PT_ENTRIES) {
		page += PAGE_SIZE;
		at[pt_index(CODE, level)] = pte_link(page);
	}
	at[pt_index(CODE, 1)] = pte_leaf(base + CODE_PAGE * PAGE_SIZE, VM_READ | VM_EXEC, false);
	at[pt_index(STACK, 1)] = pte_leaf(base + STACK_PAGE * PAGE_SIZE, VM_READ | VM_WRITE, true);
	memcpy((u8 *)table + CODE_PAGE * PAGE_SIZE, user_test_start,
	       (usize)(user_test_end - user_test_start));
	cpu_sync_code();
	f->old_root = root_loaded();
	root_load(base);
	f->ctx = &task_current()->user;
	return true;
}

static inline void fixture_fini(struct fixture *f)
{
	if (f->pages == nullptr)
		return;
	f->ctx->_started = false;
	root_load(f->old_root);
	frames_free(f->pages, FRAME_META);
}

#define FIXTURE(f)                                                                                 \
	struct fixture f __attribute__((cleanup(fixture_fini))) = {};                              \
	if (!fixture_init(&f)) {                                                                   \
		EXPECT(false);                                                                     \
		return;                                                                            \
	}                                                                                          \
	static_assert(true)

static inline u64 place(const u8 *program)
{
	return CODE + address_of_(program) - address_of_(user_test_start);
}

/* Runs until something else than an interrupt happens. */
static inline enum user_event_kind run(struct user_ctx *ctx)
{
	enum user_event_kind e = USER_INTERRUPT;
	while ((e = user_run(ctx)) == USER_INTERRUPT)
		cpu_clear_need_resched();
	return e;
}

static inline void do_nothing(struct timer *timer)
{
	(void)timer;
}

/* A program that does not end, until a timer has interrupted it. */
static inline void run_until_timer(struct ktest_ctx *t, struct user_ctx *ctx)
{
	struct timer timer = {};
	timer_init(&timer, do_nothing);
	u64 end = clock_monotonic_ns() + 2000000;
	timer_arm(&timer, end);
	while (timer_is_armed(&timer)) {
		EXPECT_EQ(user_run(ctx), USER_INTERRUPT);
		cpu_clear_need_resched();
	}
	EXPECT(clock_monotonic_ns() >= end);
}

/* Long enough that it gets somewhere, even if the host takes a virtual CPU away meanwhile. */
static inline void run_a_while(struct ktest_ctx *t, struct user_ctx *ctx)
{
	enum : u32 { TURNS = 4 };
	for (u32 i = 0; i < TURNS; i++)
		run_until_timer(t, ctx);
}

static inline enum user_event_kind start(struct fixture *f, const u8 *program)
{
	user_ctx_start(f->ctx, place(program), STACK_TOP);
	return run(f->ctx);
}

static inline void expect_trap(struct ktest_ctx *t, struct fixture *f, const u8 *program,
			       enum user_trap trap)
{
	EXPECT_EQ(start(f, program), USER_EXCEPTION);
	struct user_event_info info = {};
	user_event_info(f->ctx, &info);
	EXPECT_EQ(info.trap, trap);
}

static inline void expect_fault(struct ktest_ctx *t, struct fixture *f, const u8 *program,
				u64 address, u32 access)
{
	EXPECT_EQ(start(f, program), USER_FAULT);
	struct user_event_info info = {};
	user_event_info(f->ctx, &info);
	EXPECT_EQ(info.address, address);
	EXPECT_EQ(info.access, access);
}
