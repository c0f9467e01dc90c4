/* SPDX-License-Identifier: MPL-2.0 */
/* panic - the way from a trap in kernel mode to its report; private to OSXTD. */
#pragma once
#include <osxtd/span.h>

struct trap_frame;
struct panic_cause {
	const char *why;
	u64 code, address;
	const struct trap_frame *frame;
	bool can_oops; /* the task's context is sound enough to end the task alone */
};
/* Reports.  Ends the current task when it was its fault and that is possible, else the machine. */
[[noreturn]] void panic_trap(const struct panic_cause *cause);

/* A line under construction, and its way out (architecture: prints one register line per call of
 * out). */
typedef void (*panic_line_fn)(struct str line);
void arch_panic_registers(const struct trap_frame *f, panic_line_fn out);
/* Where the backtrace of a trap starts. */
u64 arch_trap_ip(const struct trap_frame *f);
u64 arch_trap_fp(const struct trap_frame *f);
/* The caller's return address and frame of frame fp; false at the end. */
bool arch_unwind(u64 *fp, u64 *ip);

/* core/: ends the current task after an oops, interrupts on again; returns when this task cannot
 * end. */
__attribute__((weak)) void task_oops_exit(void);
/* Architecture: true when power_off hands its verdict to somebody outside. */
bool power_can_tell(void);
