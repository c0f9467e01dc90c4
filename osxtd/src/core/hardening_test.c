/* SPDX-License-Identifier: MPL-2.0 */
/* hardening_test - what the compiler shall stop, provoked: each protection is really on
 * in this build. */
#include <arch/check.h>
#include <osxtd/atomic.h>
#include <osxtd/ktest.h>
#include <osxtd/task.h>

#include "debug/kasan.h"

/* ---- the compiler's checks ---- */

/* A debug build has reported already when it traps. */
#ifdef OSXTD_DEBUG
#define EXPECT_CHECK(body, why) EXPECT_TRAP(body, nullptr, ARCH_CHECK_REPORTED)
#else
#define EXPECT_CHECK(body, why) EXPECT_TRAP(body, nullptr, ARCH_CHECK_WHY(why))
#endif

static u32 shared table[8] OWNER(test);
/* Atomic, so that the compiler does not know its value. */
static struct atomic_u32 shared eight = ATOMIC_INIT(8);

UNSAFE("1. the index is past the end: that it is caught is what is tested")
static void past_the_end(void *)
{
	table[atomic_u32_load(&eight)] = 1;
}

UNSAFE("1. the pointer is null: that it is caught is what is tested")
static void through_null(void *)
{
	struct atomic_u64 *volatile none = nullptr;
	none->_v = 1;
}

UNSAFE("1. the value is never used: the check is what is tested")
static void bad_bool(void *)
{
	u8 raw = (u8)atomic_u32_load(&eight);
	bool *volatile b = (bool *)(void *)&raw;
	atomic_u32_store(&eight, *b ? 8 : 9);
}

UNSAFE("1. volatile keeps the compiler from seeing that it overflows")
static void negate_least(void *)
{
	volatile i32 least = INT32_MIN;
	least = -least;
}

KTEST(hardening, checks_of_the_compiler_trap)
{
	EXPECT_CHECK(past_the_end, "index out of bounds");
	EXPECT_CHECK(through_null, "null or misaligned pointer");
	EXPECT_CHECK(bad_bool, "invalid bool or enum value");
	EXPECT_CHECK(negate_least, "negation overflows");
	EXPECT_EQ(atomic_u32_load(&eight), 8);
}

/* Not instrumented: KASAN would see the overrun before the guard does. */
KASAN_OFF_BEGIN
UNSAFE("1. the function never returns: its guard is broken")
static NOINLINE void smash(void *)
{
	u8 buffer[16] = {};
	volatile u8 *volatile p = buffer;
	for (u32 i = 0; i < 32; i++)
		p[i] = 0x41;
}

UNSAFE("1. fills a frame of its own, for read_unset to find")
static NOINLINE void dirty_stack(volatile u64 *out)
{
	volatile u64 words[64];
	for (u32 i = 0; i < 64; i++)
		words[i] = ~0ull;
	*out = words[atomic_u32_load(&eight)];
}

UNSAFE("1. reads locals without a value: that the compiler zeroed them is what is tested")
static NOINLINE u64 read_unset(void)
{
	u64 words[64];
	__asm__ volatile("" ::"r"(words) : "memory"); /* may read it */
	u64 seen = 0;
	for (u32 i = 0; i < 64; i++)
		seen |= words[i];
	return seen;
}
KASAN_OFF_END

KTEST(hardening, an_overrun_stack_buffer_is_caught)
{
	EXPECT_TRAP(smash, nullptr, "a stack buffer was overrun");
}

UNSAFE("1. volatile keeps the two calls in order and their frames in place")
KTEST(hardening, locals_start_as_zero)
{
	volatile u64 dirt = 0;
	dirty_stack(&dirt);
	EXPECT_EQ(dirt, ~0ull);
	EXPECT_EQ(read_unset(), 0);
}

extern u64 shared __stack_chk_guard OWNER(boot);

KTEST(hardening, the_stack_guard_is_drawn)
{
	EXPECT(__stack_chk_guard != 0x00000aff0d0a0d0a && __stack_chk_guard >> 8 != 0);
	EXPECT_EQ(__stack_chk_guard & 0xff, 0); /* string functions stop at it */
}
