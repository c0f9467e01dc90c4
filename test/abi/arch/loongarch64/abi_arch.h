// SPDX-License-Identifier: MPL-2.0
/* abi_arch - what programs on loongarch64 see that is otherwise elsewhere. */
#pragma once

/* Random bits of program, stack, break, mmap and vDSO: what Linux has at least as Debian builds it,
 * and what OmegaOS promises. Programs and
 * libraries of this architecture are made for pages of up to 64 KiB, and lie on such. */
#define LINUX_ASLR_BITS { 12, 11, 13, 12, 12 }
#define OMEGA_ASLR_BITS { 24, 28, 28, 24, 27 }

/* Whether there is an AT_PLATFORM. */
#define HAS_AT_PLATFORM true

/* What the load from an address that no translation can have ends in: an address error. */
#define NON_CANONICAL_SIGNAL SIGBUS
#define NON_CANONICAL_CODE   BUS_ADRERR

/* Registers by their numbers: those that a system call keeps beside its arguments, those that it
 * loses, and those of its arguments, whose first one is the result's. The
 * temporaries are lost. */
#define REGS_KEPT	  0xffe00402u
#define REGS_LOST	  0x001ff000u
#define REGS_OF_ARGUMENTS { 4, 5, 6, 7, 8, 9 }

/* Registers for wide.c, and how many of their bytes a C library may have set before main. */
#define HAS_WIDE	  ((getauxval(AT_HWCAP) >> 5 & 1) != 0)
#define WIDE_SET_AT_START 1024

/* Where byte i of wide_store's is in a signal frame: the first block behind the ucontext. */
#define WIDE_IN_FRAME(uc, i) ((unsigned char *)((uc) + 1) + 16 + (i))
