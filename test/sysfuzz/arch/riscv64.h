/* SPDX-License-Identifier: MPL-2.0 */
/* riscv64 - system calls as the fuzzer makes them. */
#pragma once

/* musl does not know it yet. */
#ifndef SYS_riscv_hwprobe
#define SYS_riscv_hwprobe 258
#endif
#include <stdint.h>

#define CLOBBERED "memory"

static inline long raw(long nr, const uint64_t a[6])
{
	register long a7 __asm__("a7") = nr;
	register uint64_t a0 __asm__("a0") = a[0];
	register uint64_t a1 __asm__("a1") = a[1];
	register uint64_t a2 __asm__("a2") = a[2];
	register uint64_t a3 __asm__("a3") = a[3];
	register uint64_t a4 __asm__("a4") = a[4];
	register uint64_t a5 __asm__("a5") = a[5];

	__asm__ volatile("ecall"
			 : "+r"(a0)
			 : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5)
			 : CLOBBERED);
	return (long)a0;
}

/* A child that shares our memory or has another stack cannot run C: it looks around and goes. */
static inline long raw_clone(long nr, const uint64_t a[6])
{
	register long a7 __asm__("a7") = nr;
	register uint64_t a0 __asm__("a0") = a[0];
	register uint64_t a1 __asm__("a1") = a[1];
	register uint64_t a2 __asm__("a2") = a[2];
	register uint64_t a3 __asm__("a3") = a[3];
	register uint64_t a4 __asm__("a4") = a[4];
	register uint64_t a5 __asm__("a5") = a[5];

	__asm__ volatile("ecall\n\tbnez a0, 1f\n\t"
			 "li a7, 124\n\tecall\n\t"
			 "li a7, 172\n\tecall\n\t"
			 "li a7, 124\n\tecall\n\t"
			 "li a0, 0\n\tli a7, 93\n\tecall\n\tunimp\n1:"
			 : "+r"(a0), "+r"(a7)
			 : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5)
			 : CLOBBERED);
	return (long)a0;
}
#undef CLOBBERED
