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

/* A function that returns 42. */
#define CODE_42 "\x04\xa8\x80\x02\x20\x00\x00\x4c"

/* Where a handler's program goes on. */
#define FRAME_PC(uc) ((uc)->uc_mcontext.__pc)

/* Instructions that end in a signal, its code, and what of them a handler has to skip. */
#define INVALID		  ".4byte 0xffffffff"
#define INVALID_CODE	  SI_KERNEL
#define INVALID_BYTES	  4
#define BREAKPOINT	  "break 5"
#define BREAKPOINT_CODE	  TRAP_BRKPT
#define BREAKPOINT_BYTES  4
#define PRIVILEGED	  "csrrd $t0, 0"
#define PRIVILEGED_SIGNAL SIGILL

/* rt_sigreturn with the stack at address 8. */
#define SIGRETURN_AT_8 "li.w $sp, 8\n\tli.w $a7, 139\n\tsyscall 0"

/* Two floating-point registers hold v, SIGUSR1 comes to process pid, and they are stored in a and
 * b; what a handler does to the two. */
#define FLOATS_OVER_SIGNAL(v, pid, a, b)                                                           \
	__asm__ volatile("fld.d $f0, %2\n\tfld.d $f23, %2\n\tli.w $a7, 129\n\tmove $a0, %3\n\t"    \
			 "li.w $a1, 10\n\tsyscall 0\n\tfst.d $f0, %0\n\tfst.d $f23, %1"            \
			 : "=m"(a), "=m"(b)                                                        \
			 : "m"(v), "r"(pid)                                                        \
			 : "$a0", "$a1", "$a7", "$t0", "$t1", "$t2", "$t3", "$t4", "$t5", "$t6",   \
			   "$t7", "$t8", "$f0", "$f23", "memory")
#define SPOIL_FLOATS()                                                                             \
	__asm__ volatile("movgr2fr.d $f0, $zero\n\tmovgr2fr.d $f23, $zero" ::: "$f0", "$f23")
