/* SPDX-License-Identifier: MPL-2.0 */
/*
 * provoke_crash - /proc/sys/kernel/provoke_crash: a word written there makes the kernel fail in the
 * caller's context, for the tests of what happens then (as lkdtm does on Linux).
 *
 * Only in kernels with tests, and only where `provoke-crash` stands on the command line: EPERM.
 */
#include <osxtd/boot.h>
#include <osxtd/lock.h>
#include <osxtd/task.h>

#include "fs/procfs/show.h"

LOCK_CLASS(crash_mutex, mutex);
LOCK_CLASS(crash_spin, spin, AFTER(crash_mutex));
LOCK_CLASS(crash_irq, irq, AFTER(crash_spin));

struct crash_site {
	struct crash_mutex_lock mutex;
	struct crash_spin_lock spin;
	struct crash_irq_lock irq;
	u32 guarded GUARDED(crash_mutex);
	u32 guarded_spin GUARDED(crash_spin);
	u32 guarded_irq GUARDED(crash_irq);
	struct atomic_i32 highest ATOMIC_ONLY;
};
static struct crash_site shared site = { .highest = ATOMIC_INIT(INT32_MAX) };

/* Overflows, which traps. */
static void trap(void)
{
	atomic_i32_store(&site.highest, atomic_i32_load(&site.highest) + 1);
}

static void trap_with_mutex(void)
{
	GUARD(crash_mutex, &site.mutex);
	site.guarded++;
	trap();
}

static void trap_with_spin(void)
{
	GUARD(crash_spin, &site.spin);
	site.guarded_spin++;
	trap();
}

static void trap_with_irq(void)
{
	GUARD(crash_irq, &site.irq);
	site.guarded_irq++;
	trap();
}

static void trap_with_all(void)
{
	GUARD(crash_mutex, &site.mutex);
	GUARD(crash_spin, &site.spin);
	GUARD(crash_irq, &site.irq);
	site.guarded++;
	trap();
}

static void fail_assertion(void)
{
	ASSERT(atomic_i32_load(&site.highest) == 0);
}

/* The framework finds the kernel wrong where it cannot be left. */
static void fail_in_framework(void)
{
	sched_inject(nullptr);
}

struct crash {
	struct str name;
	void (*provoke)(void);
};
static const struct crash crashes[] = {
	{ STR("trap"), trap },
	{ STR("assert"), fail_assertion },
	{ STR("mutex"), trap_with_mutex },
	{ STR("spin"), trap_with_spin },
	{ STR("irq"), trap_with_irq },
	{ STR("all"), trap_with_all },
	{ STR("framework"), fail_in_framework },
};

static bool is_allowed(void)
{
	struct str line = boot_command_line();
	while (str_len(line) != 0) {
		usize end = str_find(line, ' ', 0);
		if (str_equal(str_sub(line, 0, end), STR("provoke-crash")))
			return true;
		line = str_from(line, min_of(end + 1, str_len(line)));
	}
	return false;
}

err_t write_provoke_crash(const struct proc_subject *s, struct str text)
{
	(void)s;
	struct str name = proc_first_line(text);
	TRY(proc_need_cap(CAP_SYS_ADMIN));
	if (!is_allowed())
		return ERR_PERM;
	for (usize i = 0; i < array_len(crashes); i++) {
		if (str_equal(array_at(crashes, i).name, name))
			array_at(crashes, i).provoke();
	}
	return ERR_INVAL;
}
