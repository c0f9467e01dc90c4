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

#include "arch/loongarch64/extable.h"
#include "debug/kasan.h"

/* Copies n bytes, one side of which is user memory.  Returns how many were not copied; they are the
 * last ones. */
u64 usercopy(void *dst, const void *src, u64 n);
/* The same after a look at the kernel's side (debug builds). */
ALWAYS_INLINE u64 usercopy_checked(void *dst, const void *src, u64 n)
{
	kasan_check(dst, n, true, KASAN_CALLER);
	kasan_check(src, n, false, KASAN_CALLER);
	return usercopy(dst, src, n);
}
/* Zeroes n bytes of user memory.  Returns how many were not. */
u64 userzero(void *dst, u64 n);

ALWAYS_INLINE void user_window_open(void) {}
ALWAYS_INLINE void user_window_close(void) {}

#define USER_LOAD_(name, type, instruction)                                                        \
	[[nodiscard]] ALWAYS_INLINE bool name(u64 va, type *out)                                   \
	{                                                                                          \
		u64 v = 0;                                                                         \
		UNSAFE("1. callers checked that the " #type " read at va is in the user half; 2. " \
		       "a fault goes to the label")                                                \
		{                                                                                  \
			__asm__ goto("1: " instruction                                             \
				     " %0, %1, 0\n" EXTABLE_STR("1b", "%l[fault]")                 \
				     : "=r"(v)                                                     \
				     : "r"(va)                                                     \
				     : "memory"                                                    \
				     : fault);                                                     \
		}                                                                                  \
		*out = (type)v;                                                                    \
		return true;                                                                       \
fault:                                                                                             \
		return false;                                                                      \
	}                                                                                          \
	static_assert(true)
#define USER_STORE_(name, type, instruction)                                                       \
	[[nodiscard]] ALWAYS_INLINE bool name(u64 va, type v)                                      \
	{                                                                                          \
		UNSAFE("1. callers checked that the " #type " written at va is in the user half; " \
		       "2. a fault goes to the label")                                             \
		{                                                                                  \
			__asm__ goto("1: " instruction                                             \
				     " %1, %0, 0\n" EXTABLE_STR("1b", "%l[fault]")                 \
				     :                                                             \
				     : "r"(va), "r"(v)                                             \
				     : "memory"                                                    \
				     : fault);                                                     \
		}                                                                                  \
		return true;                                                                       \
fault:                                                                                             \
		return false;                                                                      \
	}                                                                                          \
	static_assert(true)

USER_LOAD_(user_load64_in_window, u64, "ld.d");
USER_LOAD_(user_load8_in_window, u8, "ld.b");
USER_LOAD_(user_load64, u64, "ld.d");
USER_LOAD_(user_load32, u32, "ld.wu");
USER_STORE_(user_store64, u64, "st.d");
USER_STORE_(user_store32, u32, "st.w");
#undef USER_LOAD_
#undef USER_STORE_

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
