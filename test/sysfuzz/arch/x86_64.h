/* SPDX-License-Identifier: MPL-2.0 */
/* x86_64 - system calls as the fuzzer makes them. */
#pragma once
#include <stdint.h>

static inline long raw(long nr, const uint64_t a[6])
{
	register uint64_t r10 __asm__("r10") = a[3];
	register uint64_t r8 __asm__("r8") = a[4];
	register uint64_t r9 __asm__("r9") = a[5];
	long ret = 0;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

/* A child that shares our memory or has another stack cannot run C: it looks around and goes. */
static inline long raw_clone(long nr, const uint64_t a[6])
{
	register uint64_t r10 __asm__("r10") = a[3];
	register uint64_t r8 __asm__("r8") = a[4];
	long ret = 0;

	__asm__ volatile("syscall\n\ttest %%rax, %%rax\n\tjnz 1f\n\t"
			 "mov $24, %%eax\n\tsyscall\n\tmov $39, %%eax\n\tsyscall\n\t"
			 "mov $24, %%eax\n\tsyscall\n\txor %%edi, %%edi\n\t"
			 "mov $60, %%eax\n\tsyscall\n\thlt\n1:"
			 : "=a"(ret)
			 : "a"(nr), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return ret;
}
