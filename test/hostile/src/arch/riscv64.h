/* SPDX-License-Identifier: MPL-2.0 */
/* riscv64 - what the hostile programs say in the machine's own instructions. */
#pragma once

enum { REGISTERS = 16 };

/* exit_group(2), without a C library. */
static inline void leave(long code)
{
	register long a0 __asm__("a0") = code;
	register long a7 __asm__("a7") = 94;
	__asm__ volatile("ecall" ::"r"(a0), "r"(a7) : "memory");
	__builtin_unreachable();
}

/* What the registers hold after a system call without arguments. */
static inline void registers_after(long number, unsigned long r[REGISTERS])
{
	register unsigned long *s1 __asm__("s1") = r;
	register long a7 __asm__("a7") = number;
	register long a0 __asm__("a0") = 0;
	__asm__ volatile("ecall\n\t"
			 "sd ra, 0(s1)\n\tsd gp, 8(s1)\n\tsd tp, 16(s1)\n\tsd t0, 24(s1)\n\t"
			 "sd t1, 32(s1)\n\tsd t2, 40(s1)\n\tsd t3, 48(s1)\n\tsd t4, 56(s1)\n\t"
			 "sd t5, 64(s1)\n\tsd t6, 72(s1)\n\tsd a1, 80(s1)\n\tsd a2, 88(s1)\n\t"
			 "sd a3, 96(s1)\n\tsd a4, 104(s1)\n\tsd a5, 112(s1)\n\tsd a6, 120(s1)"
			 : "+r"(a0)
			 : "r"(s1), "r"(a7)
			 : "memory");
}

/* Points the stack at the kernel and sends itself SIGUSR1; does not return. */
static inline void signal_on_kernel_stack(void)
{
	__asm__ volatile("li sp, 0xffffffc000001000\n\tli a7, 172\n\tecall\n\t"
			 "li a1, 10\n\tli a7, 129\n\tecall\n\tunimp" ::
				 : "a0", "a1", "a7", "memory");
	__builtin_unreachable();
}
