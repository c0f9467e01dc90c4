/* SPDX-License-Identifier: MPL-2.0 */
/*
 * panic - the report of a broken invariant, and what becomes of the machine or the task.
 *
 * A trap in a task's context is an oops: the report goes to the log and the task ends, unless
 * `oops=panic` asks otherwise.  Everything else is a panic: the report goes straight to the
 * console, whatever locks are held, and the machine leaves QEMU with the bad verdict, resets after
 * `panic=SECONDS`, or stops.
 */
#include "panic.h"

#include <osxtd/cpu.h>
#include <osxtd/fmt.h>
#include <osxtd/irq.h>
#include <osxtd/kcov.h>
#include <osxtd/log.h>
#include <osxtd/power.h>
#include <osxtd/task.h>
#include <osxtd/timer.h>

#include "boot_info.h"
#include "console.h"
#include "core/sched.h"
#include "symbols.h"

enum : u32 { FRAMES_MAX = 32 };

/* The guard that functions with buffers check; entry code makes it random before the first of them
 * runs. */
OSXTD_API u64 shared __stack_chk_guard = 0x00000aff0d0a0d0a;
OSXTD_API void __stack_chk_fail(void);

static u32 shared panicking;

static void line_to_console(struct str line)
{
	console_write_last(str_bytes(line));
	console_write_last(str_bytes(STR("\n")));
}

static void line_to_log(struct str line)
{
	log_text(LOG_EMERG, line);
}

#define LINE(out, format, ...)                                                                     \
	do {                                                                                       \
		u8 line_[160];                                                                     \
		struct text text_ = text_in((struct span){ line_, sizeof(line_) });                \
		FMT(&text_, format __VA_OPT__(, ) __VA_ARGS__);                                    \
		(out)(text_str(&text_));                                                           \
	} while (0)

static void print_frame(panic_line_fn out, u64 ip)
{
	struct str name = {};
	u64 into = 0;
	if (symbol_find(ip, &name, &into))
		LINE(out, "  {016x} {}+0x{x}", ip, name, into);
	else
		LINE(out, "  {016x} ?", ip);
}

/* A return address may stand behind the last instruction of its function: look one byte before it.
 */
static void print_caller(panic_line_fn out, u64 ip)
{
	struct str name = {};
	u64 into = 0;
	if (symbol_find(ip - 1, &name, &into))
		LINE(out, "  {016x} {}+0x{x}", ip, name, into + 1);
	else
		LINE(out, "  {016x} ?", ip);
}

static void print_backtrace(panic_line_fn out, u64 fp)
{
	u64 ip = 0;
	for (u32 i = 0; i < FRAMES_MAX && arch_unwind(&fp, &ip); i++)
		print_caller(out, ip);
}

static void print_cause(panic_line_fn out, const struct panic_cause *c)
{
	LINE(out, "code 0x{x}, address 0x{x}, CPU {}, task {x}", c->code, c->address, cpu_id(),
	     (u64)task_current());
	arch_panic_registers(c->frame, out);
	LINE(out, "backtrace:");
	print_frame(out, arch_trap_ip(c->frame));
	print_backtrace(out, arch_trap_fp(c->frame));
}

/* The machine stops here. */
[[noreturn]] static void stop(void)
{
	struct str value = {};
	u64 seconds = 0;
	kcov_show_note();
	if (power_can_tell())
		power_off(POWER_BAD);
	if (boot_option(STR("panic"), &value) && str_to_u64(value, 10, &seconds) && seconds != 0) {
		clock_delay_ns(min_of(seconds, (u64)86400) * 1000000000);
		power_reset();
	}
	power_halt();
}

/* True for the first panic; one inside the report of another stops at once. */
static void enter_panic(void)
{
	(void)irq_save();
	if (__atomic_exchange_n(&panicking, 1, __ATOMIC_ACQ_REL) != 0) {
		console_write_last(str_bytes(STR("\npanic inside a panic\n")));
		stop();
	}
	console_write_last(str_bytes(STR("\n")));
}

void panic_at(const char *why, const char *file, u32 line)
{
	enter_panic();
	LINE(line_to_console, "Kernel panic: {} ({}:{})", why, file, line);
	LINE(line_to_console, "CPU {}, task {x}, backtrace:", cpu_id(), (u64)task_current());
	print_backtrace(line_to_console, (u64)__builtin_frame_address(0));
	stop();
}

void __stack_chk_fail(void)
{
	panic("a stack buffer was overrun");
}

/* A task of its own context, at a point where its stack can simply be left. */
static bool is_tasks_fault(const struct panic_cause *c)
{
	struct str value = {};
	return c->can_oops && !irq_in_handler() && task_oops_exit != nullptr &&
	       task_current() != nullptr && preempt_count() == 0 &&
	       __atomic_load_n(&panicking, __ATOMIC_ACQUIRE) == 0 &&
	       !(boot_option(STR("oops"), &value) && str_equal(value, STR("panic")));
}

void panic_trap(const struct panic_cause *c)
{
	if (is_tasks_fault(c)) {
		LINE(line_to_log, "Oops: {}", c->why);
		print_cause(line_to_log, c);
		task_oops_exit(); /* returns for a task that must not end: the CPU's idle task */
	}
	enter_panic();
	LINE(line_to_console, "Kernel panic: {}", c->why);
	print_cause(line_to_console, c);
	stop();
}
