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

/* A function that returns 42. */
#define CODE_42 "\x13\x05\xa0\x02\x67\x80\x00\x00"

/* Where a handler's program goes on. */
#define FRAME_PC(uc) ((uc)->uc_mcontext.__gregs[REG_PC])

/* Instructions that end in a signal, its code, and what of them a handler has to skip. */
#define INVALID		  ".4byte 0xffffffff"
#define INVALID_CODE	  ILL_ILLOPC
#define INVALID_BYTES	  4
#define BREAKPOINT	  ".4byte 0x00100073"
#define BREAKPOINT_CODE	  TRAP_BRKPT
#define BREAKPOINT_BYTES  4
#define PRIVILEGED	  "csrr t0, sstatus"
#define PRIVILEGED_SIGNAL SIGILL

/* rt_sigreturn with the stack at address 8. */
#define SIGRETURN_AT_8 "li sp, 8\n\tli a7, 139\n\tecall"

/* Two floating-point registers hold v, SIGUSR1 comes to process pid, and they are stored in a and
 * b; what a handler does to the two. */
#define FLOATS_OVER_SIGNAL(v, pid, a, b)                                                           \
	__asm__ volatile("fld ft0, %2\n\tfld ft11, %2\n\tli a7, 129\n\tmv a0, %3\n\t"              \
			 "li a1, 10\n\tecall\n\tfsd ft0, %0\n\tfsd ft11, %1"                       \
			 : "=m"(a), "=m"(b)                                                        \
			 : "m"(v), "r"(pid)                                                        \
			 : "a0", "a1", "a7", "ft0", "ft11", "memory")
#define SPOIL_FLOATS() __asm__ volatile("fmv.d.x ft0, zero\n\tfmv.d.x ft11, zero" ::: "ft0", "ft11")
