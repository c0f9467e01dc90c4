// SPDX-License-Identifier: MPL-2.0
/* attack_test - interrupts that nobody claimed, and user memory touched past the copy functions. */
#include <arch/page.h>
#include "mm/paging.h"
#include <osxtd/irq.h>
#include <osxtd/ktest.h>
#include <osxtd/task.h>
#include <osxtd/user.h>

#include "debug/kasan.h"
#include "regs.h"
#include "trap.h"

/* ---- interrupts ---- */

#define UD "indirect call of the wrong type, or unreachable code"

#define RAISER(name, vector)                                                                       \
	UNSAFE("1. an interrupt that software raises is handled as a device's is")                 \
	static void name(void *)                                                                   \
	{                                                                                          \
		__asm__ volatile("int %0" ::"i"(vector) : "memory");                               \
	}                                                                                          \
	static_assert(true)

enum : u32 { LINE = 10 }; /* free on every PC that we know */
RAISER(raise_last_line, VECTOR_LINE_END - 1);
RAISER(raise_pic, VECTOR_PIC + 7);
RAISER(raise_spurious, VECTOR_SPURIOUS);
RAISER(raise_reserved_exception, VECTOR_BOUNDS);
RAISER(raise_claimed, VECTOR_LINE + LINE);

KTEST(irq_attack, a_vector_that_nobody_claimed_is_survived)
{
	u32 line = VECTOR_LINE_END - VECTOR_LINE - 1;
	u64 before = irq_count(line);
	raise_last_line(nullptr);
	EXPECT_EQ(irq_count(line), before + 1); /* counted, and that is all */
	raise_pic(nullptr);
	raise_spurious(nullptr);
	EXPECT(!irq_in_handler());
	EXPECT_EQ(preempt_count(), 0);
}

KTEST(irq_attack, an_exception_that_cannot_be_is_not_survived)
{
	EXPECT_TRAP(raise_reserved_exception, nullptr, "unexpected exception");
}

static u32 shared handled OWNER(ktest);

static void first_owner(u32)
{
	handled++;
}

static void second_owner(u32)
{
	handled += 100;
}

KTEST(irq_attack, a_line_has_one_owner)
{
	KEEPS("a line is claimed for good");
	REQUIRE_OK(irq_claim(LINE, first_owner));
	EXPECT_EQ(irq_claim(LINE, second_owner), ERR_BUSY);
	raise_claimed(nullptr);
	EXPECT_EQ(handled, 1);
	EXPECT_EQ(irq_claim(~0u, second_owner), ERR_INVAL);
}

/* ---- user mode ---- */

static struct task shared stranger __attribute__((aligned(16)));

static void run_a_strangers_context(void *)
{
	(void)user_run(&stranger.user);
}

static void run_what_never_started(void *)
{
	task_current()->user._full_restore = 1;
	(void)user_run(&task_current()->user);
}

KTEST(user_attack, only_the_running_tasks_own_context_is_entered)
{
	EXPECT_TRAP(run_a_strangers_context, nullptr, UD);
	EXPECT_TRAP(run_what_never_started, nullptr, UD);
}

/* ---- the kernel's own addresses ---- */

UNSAFE("1. code is read only: the write cannot happen")
static void write_code(void *)
{
	*(volatile u8 *)address_of_(kernel_text_start) = 0xc3;
}

UNSAFE("1. a call of data cannot happen where NX is on")
static void run_data(void *)
{
	static u8 shared code[16] = { 0xc3 };
	__asm__ volatile("call *%0" ::"r"(code) : "memory");
}

/* Not instrumented: the shadow of a user address is not canonical, which is another exception. */
KASAN_OFF_BEGIN
UNSAFE("1. the first page is never mapped: the read cannot happen")
/* KASAN would look at the shadow of null first, which has no canonical address. */
__attribute__((no_sanitize("kernel-address"))) static void read_null(void *)
{
	u64 where = 8;
	(void)*(volatile u64 *)where;
}
KASAN_OFF_END

KTEST(memory_attack, code_is_not_written_data_not_run_null_not_read)
{
	EXPECT_TRAP(write_code, nullptr, "page fault in kernel mode");
	EXPECT_TRAP(read_null, nullptr, "page fault in kernel mode");
	if (cpu_features.nx)
		EXPECT_TRAP(run_data, nullptr, "page fault in kernel mode");
}
