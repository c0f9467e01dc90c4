/* SPDX-License-Identifier: MPL-2.0 */
/* offsets - what the assembly files know of C structs; offsets.c asserts each of them. */
#pragma once

#define CPU_USER	 8
#define CPU_KERNEL_SP	 16
#define CPU_CURRENT	 24
#define CPU_NEED_RESCHED 36
#define CPU_EMERGENCY_SP 48

/* struct user_ctx and struct trap_frame both begin with the general registers. */
#define REG(n)	    (8 * (n))
#define CTX_PC	    256
#define CTX_ORIG_A0 264
#define CTX_STARTED 292
#define CTX_WHOLE   293

#define FRAME_ERA    256
#define FRAME_PRMD   264
#define FRAME_STATUS 272
#define FRAME_BADV   280
#define FRAME_BYTES  288

#define TASK_USER      16
#define TASK_INTERRUPT (TASK_USER + 312)
#define TASK_KERNEL_SP (TASK_USER + 320)

/* enum user_call_way */
#define WAY_WHOLE 2

/* enum user_event_kind */
#define EVENT_SYSCALL	0
#define EVENT_INTERRUPT 3

/* What user_run and arch_switch leave on a stack: ra, fp, s0 … s8, and CSR_SAVE_CPU for the
 * latter. */
#define SAVED_BYTES 96
