// SPDX-License-Identifier: MPL-2.0
/* abi_arch - what programs on x86-64 see that is otherwise elsewhere. */
#pragma once

/* Random bits of program, stack, break, mmap and vDSO: what Linux has at least as Debian builds it,
 * and what OmegaOS promises. */
#define LINUX_ASLR_BITS { 28, 22, 13, 28, 21 }
#define OMEGA_ASLR_BITS { 28, 28, 28, 28, 27 }

/* Whether there is an AT_PLATFORM. */
#define HAS_AT_PLATFORM true

/* What the load from an address that no translation can have ends in: a general protection fault.
 */
#define NON_CANONICAL_SIGNAL SIGSEGV
#define NON_CANONICAL_CODE   SI_KERNEL

/* Registers by their numbers: those that a system call keeps beside its arguments, those that it
 * loses, and those of its arguments, where the result has a register of its own. rcx and r11 have
 * done their duty. */
#define REGS_KEPT	  0x0000f028u
#define REGS_LOST	  0x00000802u
#define REGS_OF_ARGUMENTS { 7, 6, 2, 10, 8, 9 }

/* Registers for wide.c, and how many of their bytes a C library may have set before main. */
#define HAS_WIDE	  __builtin_cpu_supports("avx")
#define WIDE_SET_AT_START 512

/* Where byte i of wide_store's is in a signal frame: XSAVE's two places for halves of a register.
 */
#define WIDE_IN_FRAME(uc, i)                                                                       \
	((unsigned char *)(uc)->uc_mcontext.fpregs + ((i) % 32 < 16 ? 160 : 576) + (i) / 32 * 16 + \
	 (i) % 16)

/* A function that returns 42. */
#define CODE_42 "\xb8\x2a\x00\x00\x00\xc3"

/* Where a handler's program goes on. */
#define FRAME_PC(uc) ((uc)->uc_mcontext.gregs[REG_RIP])

/* Instructions that end in a signal, its code, and what of them a handler has to skip. */
#define INVALID		  "ud2"
#define INVALID_CODE	  ILL_ILLOPN
#define INVALID_BYTES	  2
#define BREAKPOINT	  "int3"
#define BREAKPOINT_CODE	  SI_KERNEL
#define BREAKPOINT_BYTES  0
#define PRIVILEGED	  "hlt"
#define PRIVILEGED_SIGNAL SIGSEGV

/* rt_sigreturn with the stack at address 8. */
#define SIGRETURN_AT_8 "mov $8, %rsp\n\tmov $15, %eax\n\tsyscall"

/* Two floating-point registers hold v, SIGUSR1 comes to process pid, and they are stored in a and
 * b; what a handler does to the two. */
#define FLOATS_OVER_SIGNAL(v, pid, a, b)                                                           \
	__asm__ volatile("movsd %2, %%xmm0\n\tmovsd %2, %%xmm15\n\tmov $62, %%eax\n\tmov %3, "     \
			 "%%edi\n\tmov $10, %%esi\n\tsyscall\n\t"                                  \
			 "movsd %%xmm0, %0\n\tmovsd %%xmm15, %1"                                   \
			 : "=m"(a), "=m"(b)                                                        \
			 : "m"(v), "r"(pid)                                                        \
			 : "rax", "rcx", "r11", "rdi", "rsi", "xmm0", "xmm15", "memory")
#define SPOIL_FLOATS()                                                                             \
	__asm__ volatile("xorps %%xmm0, %%xmm0\n\txorps %%xmm15, %%xmm15\n\tfldpi" ::              \
				 : "xmm0", "xmm15")
