/* SPDX-License-Identifier: MPL-2.0 */
/*
 * usercopy - touching user memory: every instruction that may fault has a fixup.  Private to
 * mm/user.c and mm/uio.c.
 *
 * A window is open around these instructions only.  Addresses are checked by the caller: they lie
 * in the user half.
 *
 * <arch/usercopy.h>, which only this file includes, has user_window_open and user_window_close,
 * user_swap32, and the instructions that load and store: %0 is the register that is loaded, %1 its
 * address; of a store %0 is the address.
 */
#pragma once
#include <arch/usercopy.h>
#include <osxtd/base.h>

#include "core/extable.h"
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

/* Loads and stores are alike but for their instruction. */
#define USER_LOAD_(instruction, va, v)                                                             \
	UNSAFE("1. callers checked that what is read at va is in the user half; 2. a fault goes "  \
	       "to the label")                                                                     \
	{                                                                                          \
		__asm__ goto("1: " instruction "\n" EXTABLE_STR("1b", "%l[fault]")                 \
			     : "=r"(v)                                                             \
			     : "r"(va)                                                             \
			     : "memory"                                                            \
			     : fault);                                                             \
	}
#define USER_STORE_(instruction, va, v)                                                            \
	UNSAFE("1. callers checked that what is written is in the user half; 2. a fault goes to "  \
	       "the label")                                                                        \
	{                                                                                          \
		__asm__ goto("1: " instruction "\n" EXTABLE_STR("1b", "%l[fault]")                 \
			     :                                                                     \
			     : "r"(va), "r"(v)                                                     \
			     : "memory"                                                            \
			     : fault);                                                             \
	}

/* Inside a window: one load of eight bytes. */
[[nodiscard]] ALWAYS_INLINE bool user_load64_in_window(u64 va, u64 *out)
{
	u64 v = 0;
	USER_LOAD_(USER_LOAD64, va, v)
	*out = v;
	return true;
fault:
	return false;
}
[[nodiscard]] ALWAYS_INLINE bool user_load8_in_window(u64 va, u8 *out)
{
	u64 v = 0;
	USER_LOAD_(USER_LOAD8, va, v)
	*out = (u8)v;
	return true;
fault:
	return false;
}
[[nodiscard]] ALWAYS_INLINE bool user_load64(u64 va, u64 *out)
{
	user_window_open();
	bool ok = user_load64_in_window(va, out);
	user_window_close();
	return ok;
}
[[nodiscard]] ALWAYS_INLINE bool user_load32(u64 va, u32 *out)
{
	u64 v = 0;
	user_window_open();
	USER_LOAD_(USER_LOAD32, va, v)
	user_window_close();
	*out = (u32)v;
	return true;
fault:
	user_window_close();
	return false;
}
[[nodiscard]] ALWAYS_INLINE bool user_store64(u64 va, u64 v)
{
	user_window_open();
	USER_STORE_(USER_STORE64, va, v)
	user_window_close();
	return true;
fault:
	user_window_close();
	return false;
}
[[nodiscard]] ALWAYS_INLINE bool user_store32(u64 va, u32 v)
{
	user_window_open();
	USER_STORE_(USER_STORE32, va, v)
	user_window_close();
	return true;
fault:
	user_window_close();
	return false;
}
#undef USER_LOAD_
#undef USER_STORE_
