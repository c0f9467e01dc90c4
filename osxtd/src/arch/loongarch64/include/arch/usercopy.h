/* SPDX-License-Identifier: MPL-2.0 */
/*
 * usercopy - touching user memory on loongarch64: every instruction that may fault has a fixup.
 * Private to mm/user.c.
 *
 * The CPU has no window to open: pages of level 3 are open to the kernel always.  Addresses are
 * checked by the caller: they lie in the user half.
 */
#pragma once
#include <osxtd/base.h>

#include "core/extable.h"

ALWAYS_INLINE void user_window_open(void) {}
ALWAYS_INLINE void user_window_close(void) {}

#define USER_LOAD64  "ld.d %0, %1, 0"
#define USER_LOAD32  "ld.wu %0, %1, 0"
#define USER_LOAD8   "ld.b %0, %1, 0"
#define USER_STORE64 "st.d %1, %0, 0"
#define USER_STORE32 "st.w %1, %0, 0"

/* *seen = before; stored when it was expected. */
[[nodiscard]] ALWAYS_INLINE bool user_swap32(u64 va, u32 expected, u32 desired, u32 *seen)
{
	i64 v = 0, want = (i32)expected;
	u64 store = 0;
	UNSAFE("1. callers checked that the word exchanged is in the user half; 2. a fault goes to "
	       "the label")
	{
		__asm__ goto("1: ll.w %0, %2, 0\n"
			     "bne %0, %3, 3f\n"
			     "move %1, %4\n"
			     "2: sc.w %1, %2, 0\n"
			     "beqz %1, 1b\n"
			     "3: dbar 0\n" EXTABLE_STR("1b", "%l[fault]")
				     EXTABLE_STR("2b", "%l[fault]")
			     : "=&r"(v), "=&r"(store)
			     : "r"(va), "r"(want), "r"(desired)
			     : "memory"
			     : fault);
	}
	*seen = (u32)v;
	return true;
fault:
	return false;
}
