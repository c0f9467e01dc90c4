/* SPDX-License-Identifier: MPL-2.0 */
/* loongarch64 - what the hostile programs say in the machine's own instructions. */
#pragma once

enum { REGISTERS = 18 };

/* exit_group(2), without a C library. */
static inline void leave(long code)
{
	register long a0 __asm__("$a0") = code;
	register long a7 __asm__("$a7") = 94;
	__asm__ volatile("syscall 0" ::"r"(a0), "r"(a7) : "memory");
	__builtin_unreachable();
}

/* What the registers hold after a system call without arguments. */
static inline void registers_after(long number, unsigned long r[REGISTERS])
{
	register unsigned long *s1 __asm__("$s1") = r;
	register long a7 __asm__("$a7") = number;
	register long a0 __asm__("$a0") = 0;
	__asm__ volatile("syscall 0\n\t"
			 "st.d $ra, $s1, 0\n\tst.d $tp, $s1, 8\n\tst.d $r21, $s1, 16\n\t"
			 "st.d $t0, $s1, 24\n\tst.d $t1, $s1, 32\n\tst.d $t2, $s1, 40\n\t"
			 "st.d $t3, $s1, 48\n\tst.d $t4, $s1, 56\n\tst.d $t5, $s1, 64\n\t"
			 "st.d $t6, $s1, 72\n\tst.d $t7, $s1, 80\n\tst.d $t8, $s1, 88\n\t"
			 "st.d $a1, $s1, 96\n\tst.d $a2, $s1, 104\n\tst.d $a3, $s1, 112\n\t"
			 "st.d $a4, $s1, 120\n\tst.d $a5, $s1, 128\n\tst.d $a6, $s1, 136"
			 : "+r"(a0)
			 : "r"(s1), "r"(a7)
			 : "$t0", "$t1", "$t2", "$t3", "$t4", "$t5", "$t6", "$t7", "$t8", "memory");
}

/* Points the stack at the kernel and sends itself SIGUSR1; does not return. */
static inline void signal_on_kernel_stack(void)
{
	__asm__ volatile("li.d $sp, 0xffff888000001000\n\tli.w $a7, 172\n\tsyscall 0\n\t"
			 "li.w $a1, 10\n\tli.w $a7, 129\n\tsyscall 0\n\tamswap.w $zero, $zero, "
			 "$zero" ::
				 : "$a0", "$a1", "$a7", "memory");
	__builtin_unreachable();
}
