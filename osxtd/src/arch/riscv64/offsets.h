/* SPDX-License-Identifier: MPL-2.0 */
/* offsets - what the assembly files know of C structs; offsets.c asserts each of them. */
#pragma once

#define CPU_SCRATCH	 0
#define CPU_USER	 8
#define CPU_KERNEL_SP	 16
#define CPU_CURRENT	 24
#define CPU_NEED_RESCHED 36
#define CPU_OVERFLOW_SP	 48

/* Register n is at 8 * n, in a context and in a trap frame; pc stands in the place of x0. */
#define CTX_PC	    0
#define CTX_TP	    (8 * 4)
#define CTX_A0	    (8 * 10)
#define CTX_ORIG_A0 256
#define CTX_STATUS  264
#define CTX_STARTED 288
#define CTX_WHOLE   289

#define FRAME_STATUS 256
#define FRAME_CAUSE  264
#define FRAME_TVAL   272
#define FRAME_BYTES  288

#define TASK_USER      16
#define TASK_INTERRUPT (TASK_USER + 304)
#define TASK_KERNEL_SP (TASK_USER + 312)

/* A stack is the upper half of a slot of twice its size, so this bit is set in each of its
 * addresses. */
#ifdef OSXTD_DEBUG
#define STACK_SHIFT 15
#else
#define STACK_SHIFT 14
#endif

#define CAUSE_SYSCALL  8
#define CAUSE_OVERFLOW 63 /* ours: a kernel stack is used up */

#define STATUS_SIE  0x2
#define STATUS_SPIE 0x20
#define STATUS_SPP  0x100
#define STATUS_VS   0x600
#define STATUS_FS   0x6000
#define STATUS_SUM  0x40000
#define STATUS_MXR  0x80000

/* From the head of a vector_area to its registers. */
#define VECTOR_REGISTERS 48

/* enum user_call_way */
#define WAY_WHOLE 2

/* enum user_event_kind */
#define EVENT_SYSCALL	0
#define EVENT_EXCEPTION 2
#define EVENT_INTERRUPT 3
