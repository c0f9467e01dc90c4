// SPDX-License-Identifier: MPL-2.0
/* abi_arch - what programs on riscv64 see that is otherwise elsewhere. */
#pragma once

/* Random bits of program, stack, break, mmap and vDSO: what Linux has at least as Debian builds it,
 * and what OmegaOS promises. */
#define LINUX_ASLR_BITS { 18, 18, 13, 18, 18 }
#define OMEGA_ASLR_BITS { 28, 28, 28, 28, 27 }

/* Whether there is an AT_PLATFORM. */
#define HAS_AT_PLATFORM false

/* What the load from an address that no translation can have ends in. */
#define NON_CANONICAL_SIGNAL SIGSEGV
#define NON_CANONICAL_CODE   SEGV_MAPERR

/* Registers by their numbers: those that a system call keeps beside its arguments, those that it
 * loses, and those of its arguments, whose first one is the result's. None is lost. */
#define REGS_KEPT	  0xfffd03eau
#define REGS_LOST	  0x00000000u
#define REGS_OF_ARGUMENTS { 10, 11, 12, 13, 14, 15 }

/* Registers for wide.c, and how many of their bytes a C library may have set before main. */
#define HAS_WIDE	  ((getauxval(AT_HWCAP) >> 21 & 1) != 0)
#define WIDE_SET_AT_START 0

/* Where byte i of wide_store's is in a signal frame: the block behind the ucontext leads there. */
#define WIDE_IN_FRAME(uc, i) (((unsigned char **)((uc) + 1))[5] + (i))
