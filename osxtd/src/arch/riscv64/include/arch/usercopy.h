/* SPDX-License-Identifier: MPL-2.0 */
/*
 * usercopy - touching user memory on riscv64: every instruction that may fault has a fixup.
 * Private to mm/user.c.
 *
 * sstatus.SUM is set around these instructions only.  Addresses are checked by the caller: they lie
 * in the user half.
 */
#pragma once
#include <osxtd/base.h>

#include "arch/riscv64/extable.h"
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

enum : u64 { SSTATUS_SUM = 1 << 18 };

ALWAYS_INLINE void user_window_open(void)
{
	UNSAFE("1. SUM only lets the copies below reach user memory; the window is closed again")
	{
		__asm__ volatile("csrs sstatus, %0" ::"r"((u64)SSTATUS_SUM) : "memory");
	}
}
ALWAYS_INLINE void user_window_close(void)
{
	UNSAFE("1. without SUM the kernel can do less")
	{
		__asm__ volatile("csrc sstatus, %0" ::"r"((u64)SSTATUS_SUM) : "memory");
	}
}

/* Loads and stores are alike but for their instruction. */
#define USER_LOAD_(instruction, va, v)                                                             \
	UNSAFE("1. callers checked that what is read at va is in the user half; 2. a fault goes "  \
	       "to the label")                                                                     \
	{                                                                                          \
		__asm__ goto("1: " instruction " %0, (%1)\n" EXTABLE_STR("1b", "%l[fault]")        \
			     : "=r"(v)                                                             \
			     : "r"(va)                                                             \
			     : "memory"                                                            \
			     : fault);                                                             \
	}
#define USER_STORE_(instruction, va, v)                                                            \
	UNSAFE("1. callers checked that what is written is in the user half; 2. a fault goes to "  \
	       "the label")                                                                        \
	{                                                                                          \
		__asm__ goto("1: " instruction " %1, (%0)\n" EXTABLE_STR("1b", "%l[fault]")        \
			     :                                                                     \
			     : "r"(va), "r"(v)                                                     \
			     : "memory"                                                            \
			     : fault);                                                             \
	}

/* Inside a window: one load of eight bytes. */
[[nodiscard]] ALWAYS_INLINE bool user_load64_in_window(u64 va, u64 *out)
{
	u64 v = 0;
	USER_LOAD_("ld", va, v)
	*out = v;
	return true;
fault:
	return false;
}
[[nodiscard]] ALWAYS_INLINE bool user_load8_in_window(u64 va, u8 *out)
{
	u64 v = 0;
	USER_LOAD_("lbu", va, v)
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
	USER_LOAD_("lwu", va, v)
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
	USER_STORE_("sd", va, v)
	user_window_close();
	return true;
fault:
	user_window_close();
	return false;
}
[[nodiscard]] ALWAYS_INLINE bool user_store32(u64 va, u32 v)
{
	user_window_open();
	USER_STORE_("sw", va, v)
	user_window_close();
	return true;
fault:
	user_window_close();
	return false;
}
/* *seen = before; stored when it was expected. */
[[nodiscard]] ALWAYS_INLINE bool user_swap32(u64 va, u32 expected, u32 desired, u32 *seen)
{
	i64 v = 0;
	u64 failed = 0;
	user_window_open();
	UNSAFE("1. callers checked that the word exchanged is in the user half; 2. a fault goes to "
	       "the label")
	{
		__asm__ goto("1: lr.w.aqrl %0, (%2)\n\tbne %0, %3, 3f\n"
			     "2: sc.w.rl %1, %4, (%2)\n\tbnez %1, 1b\n3:\n" EXTABLE_STR(
				     "1b", "%l[fault]") EXTABLE_STR("2b", "%l[fault]")
			     : "=&r"(v), "=&r"(failed)
			     : "r"(va), "r"((i64)(i32)expected), "r"(desired)
			     : "memory"
			     : fault);
	}
	user_window_close();
	*seen = (u32)v;
	return true;
fault:
	user_window_close();
	return false;
}
