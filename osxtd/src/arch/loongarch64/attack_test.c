// SPDX-License-Identifier: MPL-2.0
/* attack_test - exceptions that cannot be, interrupt lines, contexts of others, the kernel's own
 * addresses. */
#include "mm/paging.h"
#include <osxtd/irq.h>
#include <osxtd/ktest.h>
#include <osxtd/task.h>
#include <osxtd/user_ctx.h>

#include "debug/kasan.h"

/* ---- interrupts ---- */

#define UD "indirect call of the wrong type, or unreachable code"

enum : u32 { LINE = 40 }; /* no device of the bridge is there */

UNSAFE("1. a break that is none of the compiler's: that it is told is what is tested")
static void raise_break(void *)
{
	__asm__ volatile("break 5" ::: "memory");
}

KTEST(irq_attack, an_exception_that_cannot_be_is_not_survived)
{
	EXPECT_TRAP(raise_break, nullptr, "unexpected exception");
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
	EXPECT_EQ(handled, 0);
	EXPECT_EQ(irq_count(LINE), 0);
	EXPECT_EQ(irq_claim(~0u, second_owner), ERR_INVAL);
}

/* ---- user mode ---- */

static struct task shared stranger;

static void run_a_strangers_context(void *)
{
	(void)user_run(&stranger.user);
}

static void run_what_never_started(void *)
{
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
	*(volatile u8 *)address_of_(kernel_text_start) = 0;
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
	/* Running data is not tried: QEMU 10.0 loses the bit that forbids it. */
}
