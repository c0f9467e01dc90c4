// SPDX-License-Identifier: MPL-2.0
/*
 * sys - system calls of riscv64, without a C library in between.
 *
 * A row's figure must hold the kernel's instructions and as few of ours as possible, so every
 * measured call is one ECALL instruction with its registers set up.
 */
#pragma once

static inline long sys1(long nr, long a)
{
	register long number __asm__("a7") = nr;
	register long arg0 __asm__("a0") = a;

	__asm__ volatile("ecall" : "+r"(arg0) : "r"(number) : "memory");
	return arg0;
}

static inline long sys3(long nr, long a, long b, long c)
{
	register long number __asm__("a7") = nr;
	register long arg0 __asm__("a0") = a;
	register long arg1 __asm__("a1") = b;
	register long arg2 __asm__("a2") = c;

	__asm__ volatile("ecall" : "+r"(arg0) : "r"(number), "r"(arg1), "r"(arg2) : "memory");
	return arg0;
}

static inline long sys4(long nr, long a, long b, long c, long d)
{
	register long number __asm__("a7") = nr;
	register long arg0 __asm__("a0") = a;
	register long arg1 __asm__("a1") = b;
	register long arg2 __asm__("a2") = c;
	register long arg3 __asm__("a3") = d;

	__asm__ volatile("ecall"
			 : "+r"(arg0)
			 : "r"(number), "r"(arg1), "r"(arg2), "r"(arg3)
			 : "memory");
	return arg0;
}

static inline long sys6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long number __asm__("a7") = nr;
	register long arg0 __asm__("a0") = a;
	register long arg1 __asm__("a1") = b;
	register long arg2 __asm__("a2") = c;
	register long arg3 __asm__("a3") = d;
	register long arg4 __asm__("a4") = e;
	register long arg5 __asm__("a5") = f;

	__asm__ volatile("ecall"
			 : "+r"(arg0)
			 : "r"(number), "r"(arg1), "r"(arg2), "r"(arg3), "r"(arg4), "r"(arg5)
			 : "memory");
	return arg0;
}

/* Nanoseconds of guest time since reset: the timer of QEMU's machine runs at 10 MHz. */
static inline unsigned long counter(void)
{
	unsigned long ticks;

	__asm__ volatile("rdtime %0" : "=r"(ticks) : : "memory");
	return ticks * 100;
}

/* Runs 2 * n instructions and nothing else: the count of instructions is checked against it. */
static inline void known_loop(unsigned long n)
{
	__asm__ volatile("1: addi %0, %0, -1\n\tbnez %0, 1b" : "+r"(n));
}

#include "../generic/calls.h"
