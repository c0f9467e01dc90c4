/* SPDX-License-Identifier: MPL-2.0 */
/* panic - the way from a trap in kernel mode to its report; private to OSXTD. */
#pragma once
#include <osxtd/fmt.h>
#include <osxtd/span.h>

struct task;

struct trap_frame;
struct panic_cause {
	const char *why;
	const char *file; /* of an assertion; null for a trap */
	u32 line;
	u64 code, address;
	const struct trap_frame *frame; /* of a trap; null for an assertion */
	u64 ip, fp;			/* where it happened */
	bool can_oops; /* the task's context is sound enough to end the task alone */
};
/* Reports.  Ends the current task when it was its fault and that is possible, else the machine. */
[[noreturn]] void panic_trap(const struct panic_cause *cause);
/* True once the machine is being stopped. */
bool panic_has_begun(void);

/* oops.c: ends the current task if that is enough; returns if the machine must stop. */
void oops_contain(const struct panic_cause *cause);

/* A line under construction, and its way out (architecture: prints one register line per call of
 * out). */
typedef void (*panic_line_fn)(struct str line);
void arch_panic_registers(const struct trap_frame *f, panic_line_fn out);
/* What both reports say: cause, registers, backtrace. */
void panic_report(const struct panic_cause *cause, panic_line_fn out);
/* How far the image is from where it was linked: for the console only. */
u64 arch_image_offset(void);
/* Where the backtrace of a trap starts. */
u64 arch_trap_ip(const struct trap_frame *f);
u64 arch_trap_fp(const struct trap_frame *f);
/* The caller's return address and frame of frame fp; false at the end. */
bool arch_unwind(u64 *fp, u64 *ip);

#define REPORT_LINE(out, format, ...)                                                              \
	do {                                                                                       \
		u8 line_[160] = {};                                                                \
		struct text text_ = text_in(span_of(line_));                                       \
		FMT(&text_, format __VA_OPT__(, ) __VA_ARGS__);                                    \
		(out)(text_str(&text_));                                                           \
	} while (0)

/* core/: true for a task that can end: not for the CPU's idle task. */
bool task_can_oops(const struct task *t);
/* core/: ends the current task, which holds nothing any more, and keeps its stack for ever. */
[[noreturn]] void task_oops_exit(void);
/* Architecture: true when power_off hands its verdict to somebody outside. */
bool power_can_tell(void);
