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

#include "arch/x86_64/extable.h"
#include "arch/x86_64/patch.h"
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
/* Inside a window: one load of eight bytes. */
[[nodiscard]] ALWAYS_INLINE bool user_load64_in_window(u64 va, u64 *out)
{
	u64 v = 0;
	UNSAFE("1. callers checked that the eight bytes at va are in the user half; 2. a fault "
	       "goes to the label")
	{
		__asm__ goto("1: movq (%1), %0\n" EXTABLE_STR("1b", "%l[fault]")
			     : "=r"(v)
			     : "r"(va)
			     : "memory"
			     : fault);
	}
	*out = v;
	return true;
fault:
	return false;
}
[[nodiscard]] ALWAYS_INLINE bool user_load8_in_window(u64 va, u8 *out)
{
	u32 v = 0;
	UNSAFE("1. callers checked that the byte at va is in the user half; 2. a fault goes to the "
	       "label")
	{
		__asm__ goto("1: movzbl (%1), %0\n" EXTABLE_STR("1b", "%l[fault]")
			     : "=r"(v)
			     : "r"(va)
			     : "memory"
			     : fault);
	}
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
	u32 v = 0;
	user_window_open();
	UNSAFE("1. callers checked that the word read at va is in the user half; 2. a fault goes "
	       "to the label")
	{
		__asm__ goto("1: movl (%1), %0\n" EXTABLE_STR("1b", "%l[fault]")
			     : "=r"(v)
			     : "r"(va)
			     : "memory"
			     : fault);
	}
	user_window_close();
	*out = v;
	return true;
fault:
	user_window_close();
	return false;
}
[[nodiscard]] ALWAYS_INLINE bool user_store64(u64 va, u64 v)
{
	user_window_open();
	UNSAFE("1. callers checked that the eight bytes written are in the user half; 2. a fault "
	       "goes to the label")
	{
		__asm__ goto("1: movq %1, (%0)\n" EXTABLE_STR("1b", "%l[fault]")
			     :
			     : "r"(va), "r"(v)
			     : "memory"
			     : fault);
	}
	user_window_close();
	return true;
fault:
	user_window_close();
	return false;
}
[[nodiscard]] ALWAYS_INLINE bool user_store32(u64 va, u32 v)
{
	user_window_open();
	UNSAFE("1. callers checked that the word written is in the user half; 2. a fault goes to "
	       "the label")
	{
		__asm__ goto("1: movl %1, (%0)\n" EXTABLE_STR("1b", "%l[fault]")
			     :
			     : "r"(va), "r"(v)
			     : "memory"
			     : fault);
	}
	user_window_close();
	return true;
fault:
	user_window_close();
	return false;
}
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
