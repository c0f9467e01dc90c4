/* SPDX-License-Identifier: MPL-2.0 */
/* x86_64 - what the hostile programs say in the machine's own instructions. */
#pragma once

enum { REGISTERS = 14 };

/* exit_group(2), without a C library. */
static inline void leave(long code)
{
	__asm__ volatile("syscall" ::"a"(231L), "D"(code) : "rcx", "r11", "memory");
	__builtin_unreachable();
}

/* What the registers hold after a system call without arguments, and the segments' bases. */
static inline void registers_after(long number, unsigned long r[REGISTERS])
{
	__asm__ volatile("syscall\n\t"
			 "movq %%rcx, 0(%1)\n\tmovq %%rdx, 8(%1)\n\tmovq %%rsi, 16(%1)\n\t"
			 "movq %%rdi, 24(%1)\n\tmovq %%r8, 32(%1)\n\tmovq %%r9, 40(%1)\n\t"
			 "movq %%r10, 48(%1)\n\tmovq %%r11, 56(%1)\n\tmovq %%r13, 64(%1)\n\t"
			 "movq %%r14, 72(%1)\n\tmovq %%r15, 80(%1)\n\tmovq %%rbp, 88(%1)\n\t"
			 "rdfsbase %%rcx\n\tmovq %%rcx, 96(%1)\n\t"
			 "rdgsbase %%rcx\n\tmovq %%rcx, 104(%1)"
			 : "+a"(number)
			 : "r"(r)
			 : "rcx", "r11", "memory");
}

/* Points the stack at the kernel and sends itself SIGUSR1; does not return. */
static inline void signal_on_kernel_stack(void)
{
	__asm__ volatile("mov $0xffff888000001000, %%rsp\n\tmov $39, %%eax\n\tsyscall\n\t"
			 "mov %%eax, %%edi\n\tmov $10, %%esi\n\tmov $62, %%eax\n\tsyscall\n\tud2" ::
				 : "rax", "rcx", "r11", "rdi", "rsi", "memory");
	__builtin_unreachable();
}
