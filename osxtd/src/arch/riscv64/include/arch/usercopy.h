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

#include "core/extable.h"

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

#define USER_LOAD64  "ld %0, (%1)"
#define USER_LOAD32  "lwu %0, (%1)"
#define USER_LOAD8   "lbu %0, (%1)"
#define USER_STORE64 "sd %1, (%0)"
#define USER_STORE32 "sw %1, (%0)"

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
