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
