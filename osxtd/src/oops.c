/* SPDX-License-Identifier: MPL-2.0 */
/*
 * oops - ending a task whose context turned out wrong, and nothing else.
 *
 * P1: nothing of OSXTD's is left half done.  Every function of OSXTD on the dying stack stands in
 * leavable.txt, no held lock has a class of OSXTD's, and the CPU is not in an interrupt.
 * P2: nobody waits for the dead.  The locks it holds are released; what they protect may be
 * inconsistent, which the report says, but the kernel's code cannot break memory with it.
 * P3: nothing that is still linked to the dead stack (wait entries, timers) dangles: the stack is
 * never used again.
 */
#include <osxtd/oops.h>

#include <osxtd/atomic.h>
#include <osxtd/cpu.h>
#include <osxtd/irq.h>
#include <osxtd/lock.h>
#include <osxtd/log.h>
#include <osxtd/rcu.h>
#include <osxtd/task.h>

#include "boot_info.h"
#include "core/held.h"
#include "panic.h"
#include "symbols.h"

enum : u32 { LIMIT_DEFAULT = 10000, UNWIND_MAX = 1024 };
enum : u32 { BY_COMMAND_LINE, NO, YES };

struct oops_state {
	struct atomic_u32 count ATOMIC_ONLY, limit ATOMIC_ONLY, is_panic ATOMIC_ONLY;
	struct atomic_u64 taint ATOMIC_ONLY;
};
static struct oops_state shared state = { .limit = { LIMIT_DEFAULT } };

u32 oops_count(void)
{
	return atomic_u32_load(&state.count);
}

u32 oops_limit(void)
{
	return atomic_u32_load(&state.limit);
}

void oops_set_limit(u32 limit)
{
	atomic_u32_store(&state.limit, limit);
}

bool oops_is_panic(void)
{
	struct str value = {};
	u32 choice = atomic_u32_load(&state.is_panic);
	if (choice != BY_COMMAND_LINE)
		return choice == YES;
	return boot_option(STR("oops"), &value) && str_equal(value, STR("panic"));
}

void oops_set_panic(bool is_panic)
{
	atomic_u32_store(&state.is_panic, is_panic ? YES : NO);
}

u64 taint_flags(void)
{
	return atomic_u64_load(&state.taint);
}

void taint_add(u64 flags)
{
	(void)atomic_u64_or(&state.taint, flags & TAINT_ALL);
}

void taint_text(struct text *t)
{
	static const char letters[] = "PFSRMBUDAWCIOELKXTN";
	u64 flags = taint_flags();
	text_put_char(t, (flags & 1) != 0 ? 'P' : 'G');
	for (u32 i = 1; i < array_len(letters) - 1; i++) {
		if ((flags >> i & 1) == 0)
			continue;
		text_put_char(t, ' ');
		text_put_char(t, array_at(letters, i));
	}
}

/* ---- can it be contained? ---- */

/* P1: from the kernel's code that went wrong down to the first function of the task, which is the
 * framework's: a stack that ends elsewhere is not to be trusted. */
static bool stack_is_leavable(const struct panic_cause *c)
{
	u64 ip = c->ip, fp = c->fp;
	if (symbol_part(c->frame == nullptr ? ip - 1 : ip) != CODE_KERNEL)
		return false;
	for (u32 i = 0; i < UNWIND_MAX; i++) {
		if (!arch_unwind(&fp, &ip))
			return symbol_part(ip - 1) == CODE_LEAVABLE;
		if (symbol_part(ip - 1) == CODE_FRAMEWORK)
			return false;
	}
	return false;
}

static bool locks_are_the_kernels(void)
{
	u32 count = preempt_count();
	if (count > HELD_MAX)
		return false;
	for (u32 i = 0; i < count; i++) {
		const struct spin_raw *l = held_spinlock(i);
		if (l == &rcu_scope_mark)
			continue;
		if (l == nullptr || l->_word == 0 || class_of_spinlock(l)->_is_framework)
			return false;
	}
	for (const struct mutex_raw *m = cpu_mutexes(); m != nullptr; m = m->_below)
		if (class_of_mutex(m)->_is_framework)
			return false;
	return true;
}

static bool can_contain(const struct panic_cause *c)
{
	struct task *self = task_current();
	return c->can_oops && !irq_in_handler() && self != nullptr && task_can_oops(self) &&
	       self->_is_oopsing == 0 && !panic_has_begun() && locks_are_the_kernels() &&
	       stack_is_leavable(c);
}

/* ---- the end of the task ---- */

static void to_log(struct str line)
{
	log_text(LOG_EMERG, line);
}

static void report(const struct panic_cause *c)
{
	u32 number = atomic_u32_load(&state.count) + 1;
	if (c->file != nullptr)
		REPORT_LINE(to_log, "Oops: {} ({}:{}) [#{}]", c->why, c->file, c->line, number);
	else
		REPORT_LINE(to_log, "Oops: {} [#{}]", c->why, number);
	u8 letters[64] = {};
	struct text t = text_in(span_of(letters));
	taint_text(&t);
	REPORT_LINE(to_log, "Tainted: {}", text_str(&t));
	panic_report(c, to_log);
}

static void report_lock(const struct lock_class *c)
{
	REPORT_LINE(to_log, "lock {} was held: released, its data may be inconsistent",
		    str_of_cstr(c->_name));
}

/* P2, from the last one taken on. */
static void release_locks(void)
{
	while (preempt_count() != 0) {
		struct spin_raw *l = held_spinlock(preempt_count() - 1);
		if (l == &rcu_scope_mark) {
			preempt_enable();
			continue;
		}
		report_lock(class_of_spinlock(l));
		held_release_spinlock(l);
	}
	while (cpu_mutexes() != nullptr) {
		struct mutex_raw *m = cpu_mutexes();
		report_lock(class_of_mutex(m));
		held_release_mutex(m);
	}
}

static void stop_if_too_many(void)
{
	u8 why[64] = {};
	struct text t = text_in(span_of(why));
	u32 limit = oops_limit();
	u32 count = atomic_u32_add(&state.count, 1) + 1;
	if (limit == 0 || count < limit)
		return;
	FMT(&t, "Oopsed too often (kernel.oops_limit is {})", limit);
	system_panic(text_str(&t));
}

void oops_contain(const struct panic_cause *c)
{
	if (!can_contain(c))
		return;
	task_current()->_is_oopsing = 1;
	report(c);
	taint_add(TAINT_DIED);
	if (oops_is_panic())
		system_panic(STR("Fatal exception"));
	release_locks();
	irq_enable();
	stop_if_too_many();
	task_oops_exit();
}
