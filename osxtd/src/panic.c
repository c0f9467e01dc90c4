/* SPDX-License-Identifier: MPL-2.0 */
/*
 * panic - the report of a broken invariant, and what becomes of the machine or the task.
 *
 * What a task alone can pay for is an oops (oops.c).  Everything else is a panic: the report goes
 * straight to the console, whatever locks are held, and the machine leaves QEMU with the bad
 * verdict, resets after `panic=SECONDS`, or stops.
 */
#include "panic.h"

#include <osxtd/cpu.h>
#include <osxtd/fmt.h>
#include <osxtd/kcov.h>
#include <osxtd/oops.h>
#include <osxtd/power.h>
#include <osxtd/task.h>
#include <osxtd/timer.h>

#include "boot_info.h"
#include "console.h"
#include "core/ktest_trap.h"
#include "core/smp.h"
#include "symbols.h"

enum : u32 { FRAMES_MAX = 32 };

/* The guard that functions with buffers check; entry code makes it random before the first of them
 * runs. */
OSXTD_API u64 shared __stack_chk_guard OWNER(boot) = 0x00000aff0d0a0d0a;
OSXTD_API void __stack_chk_fail(void);

static u32 shared panicking ATOMIC_ONLY; /* the CPU that does, plus 1 */

static void line_to_console(struct str line)
{
	console_write_last(str_bytes(line));
	console_write_last(str_bytes(STR("\n")));
}

static void print_frame(panic_line_fn out, u64 ip)
{
	struct str name = {};
	u64 into = 0;
	if (symbol_find(ip, &name, &into))
		REPORT_LINE(out, "  {016x} {}+0x{x}", ip, name, into);
	else
		REPORT_LINE(out, "  {016x} ?", ip);
}

/* A return address may stand behind the last instruction of its function: look one byte before it.
 */
static void print_caller(panic_line_fn out, u64 ip)
{
	struct str name = {};
	u64 into = 0;
	if (symbol_find(ip - 1, &name, &into))
		REPORT_LINE(out, "  {016x} {}+0x{x}", ip, name, into + 1);
	else
		REPORT_LINE(out, "  {016x} ?", ip);
}

static void print_backtrace(panic_line_fn out, u64 fp)
{
	u64 ip = 0;
	for (u32 i = 0; i < FRAMES_MAX && arch_unwind(&fp, &ip); i++)
		print_caller(out, ip);
}

void panic_report(const struct panic_cause *c, panic_line_fn out)
{
	if (c->frame != nullptr)
		REPORT_LINE(out, "code 0x{x}, address 0x{x}", c->code, c->address);
	REPORT_LINE(out, "CPU {}, task {x}", cpu_id(), address_of_(task_current()));
	if (c->frame != nullptr) {
		arch_panic_registers(c->frame, out);
		REPORT_LINE(out, "backtrace:");
		print_frame(out, c->ip);
	} else {
		REPORT_LINE(out, "backtrace:");
		print_caller(out, c->ip);
	}
	print_backtrace(out, c->fp);
}

/* The machine stops here. */
[[noreturn]] static void stop(void)
{
	struct str value = {};
	u64 seconds = 0;
	kcov_show_note();
	if (arch_image_offset() != 0)
		REPORT_LINE(line_to_console, "Kernel Offset: 0x{x}", arch_image_offset());
	if (power_can_tell())
		power_off(POWER_BAD);
	if (boot_option(STR("panic"), &value) && str_to_u64(value, 10, &seconds) && seconds != 0) {
		clock_delay_ns(min_of(seconds, (u64)86400) * 1000000000);
		power_reset();
	}
	power_halt();
}

/* The other CPUs are told to stop.  One that panics meanwhile waits for that; a panic inside the
 * report of another stops the machine at once. */
static void enter_panic(void)
{
	(void)irq_save();
	u32 none = 0, self = cpu_id() + 1;
	if (!__atomic_compare_exchange_n(&panicking, &none, self, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_RELAXED)) {
		if (none != self)
			power_halt();
		console_write_last(str_bytes(STR("\npanic inside a panic\n")));
		stop();
	}
	cpus_stop_others();
	console_write_last(str_bytes(STR("\n")));
}

bool panic_has_begun(void)
{
	return __atomic_load_n(&panicking, __ATOMIC_ACQUIRE) != 0;
}

[[noreturn]] static void stop_with(const struct panic_cause *c)
{
	enter_panic();
	if (c->file != nullptr)
		REPORT_LINE(line_to_console, "Kernel panic: {} ({}:{})", c->why, c->file, c->line);
	else
		REPORT_LINE(line_to_console, "Kernel panic: {}", c->why);
	panic_report(c, line_to_console);
	stop();
}

void panic_at(const char *why, const char *file, u32 line)
{
	ktest_caught(why);
	struct panic_cause c = { .why = why, .file = file, .line = line, .can_oops = true };
	c.fp = address_of_(__builtin_frame_address(0));
	(void)arch_unwind(&c.fp, &c.ip);
	oops_contain(&c);
	stop_with(&c);
}

void system_panic(struct str why)
{
	enter_panic();
	REPORT_LINE(line_to_console, "Kernel panic: {}", why);
	REPORT_LINE(line_to_console, "CPU {}, task {x}, backtrace:", cpu_id(),
		    address_of_(task_current()));
	print_backtrace(line_to_console, address_of_(__builtin_frame_address(0)));
	stop();
}

void __stack_chk_fail(void)
{
	ktest_caught("a stack buffer was overrun");
	system_panic(STR("a stack buffer was overrun"));
}

void panic_trap(const struct panic_cause *c)
{
	ktest_caught(c->why);
	oops_contain(c);
	stop_with(c);
}
