/* SPDX-License-Identifier: MPL-2.0 */
/* offsets - what the assembly files know of C structs and of the GDT; offsets.c asserts each of
 * them. */
#pragma once

#define CPU_USER_SP	 8
#define CPU_KERNEL_SP	 16
#define CPU_CURRENT	 24
#define CPU_NEED_RESCHED 36
#define CPU_USER_TOP	 48

#define CTX_R15		 8
#define CTX_R14		 16
#define CTX_R13		 24
#define CTX_R12		 32
#define CTX_RBP		 40
#define CTX_RBX		 48
#define CTX_R11		 56
#define CTX_R10		 64
#define CTX_R9		 72
#define CTX_R8		 80
#define CTX_RAX		 88
#define CTX_RCX		 96
#define CTX_RDX		 104
#define CTX_RSI		 112
#define CTX_RDI		 120
#define CTX_ORIG_RAX	 128
#define CTX_RIP		 136
#define CTX_CS		 144
#define CTX_RFLAGS	 152
#define CTX_RSP		 160
#define CTX_SS		 168
#define CTX_FRAME_END	 176
#define CTX_FULL_RESTORE 188
#define CTX_STARTED	 192

#define TASK_USER      16
#define TASK_INTERRUPT (TASK_USER + 232)
#define TASK_KERNEL_SP (TASK_USER + 240)

/* Words between a trap frame on an IST stack and the pointer to the CPU's block at the stack's top.
 */
#define IST_CPU_POINTER 168

/* Segments, numbered as on Linux because programs see them.  There is none for 32-bit code. */
#define KERNEL_CS    0x10
#define KERNEL_DS    0x18
#define USER_BASE    0x20
#define USER_DS	     0x2b
#define USER_CS	     0x33
#define TSS_SELECTOR 0x40

/* CF PF AF ZF SF TF DF OF NT RF AC ID: what user mode may choose; the others are 0, IF and bit 1
 * are 1. */
#define USER_RFLAGS_MASK 0x254dd5
#define USER_RFLAGS_SET	 0x202

/* enum user_event_kind */
#define EVENT_SYSCALL	0
#define EVENT_EXCEPTION 2
#define EVENT_INTERRUPT 3

#define VECTOR_COUNT 256
#define MSR_GS_BASE  0xc0000101
