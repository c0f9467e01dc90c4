/* SPDX-License-Identifier: MPL-2.0 */
/*
 * usercopy - touching user memory on x86_64: every instruction that may fault has a fixup.  Private
 * to mm/user.c.
 *
 * The SMAP window is open around these instructions only.  Addresses are checked by the caller:
 * they lie in the user half.
 */
#pragma once
#include <osxtd/base.h>

#include "core/extable.h"
#include "arch/x86_64/patch.h"

ALWAYS_INLINE void user_window_open(void)
{
	UNSAFE("1. STAC only lets the copies below reach user memory; the window is closed again")
	{
		__asm__ volatile(STAC_STR ::: "memory");
	}
}
ALWAYS_INLINE void user_window_close(void)
{
	UNSAFE("1. CLAC only takes a permission away")
	{
		__asm__ volatile(CLAC_STR ::: "memory");
	}
}
#define USER_LOAD64  "movq (%1), %0"
#define USER_LOAD32  "movl (%1), %k0"
#define USER_LOAD8   "movzbl (%1), %k0"
#define USER_STORE64 "movq %1, (%0)"
#define USER_STORE32 "movl %1, (%0)"

/* *seen = before; stored when it was expected. */
[[nodiscard]] ALWAYS_INLINE bool user_swap32(u64 va, u32 expected, u32 desired, u32 *seen)
{
	u32 v = expected;
	user_window_open();
	UNSAFE("1. callers checked that the word exchanged is in the user half; 2. a fault goes to "
	       "the label")
	{
		__asm__ goto("1: lock cmpxchgl %2, (%1)\n" EXTABLE_STR("1b", "%l[fault]")
			     : "+a"(v)
			     : "r"(va), "r"(desired)
			     : "memory", "cc"
			     : fault);
	}
	user_window_close();
	*seen = v;
	return true;
fault:
	user_window_close();
	return false;
}
