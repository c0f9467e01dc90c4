// SPDX-License-Identifier: MPL-2.0
/* report - see report.h. */
#include "debug/report.h"

#include "debug/count.h"

#include <osxtd/atomic.h>
#include <osxtd/cpu.h>

#include "core/ktest_trap.h"
#include "symbols.h"

static const struct task *shared expecting OWNER(report);
static u32 shared expected OWNER(report);
static struct str shared expected_kind OWNER(report);
static u32 shared reporting ATOMIC_ONLY;
static struct str
	shared wanted_kind OWNER(report); /* not empty: from any context, but of this kind alone */
static struct atomic_u32 shared made;

void report_expect(void)
{
	expecting = task_current();
	expected = 0;
	expected_kind = (struct str){};
	wanted_kind = (struct str){};
}

u32 report_caught(struct str *kind)
{
	expecting = nullptr;
	*kind = expected_kind;
	return expected;
}

static bool is_expected(struct str kind)
{
	if (expecting == nullptr)
		return false;
	if (str_len(wanted_kind) != 0)
		return str_equal(kind, wanted_kind);
	return expecting == task_current() && !cpu_in_irq();
}

bool report_is_muted(struct str kind)
{
	if (is_expected(kind)) {
		expected++;
		expected_kind = kind;
		return true;
	}
	if (__atomic_exchange_n(&reporting, 1, __ATOMIC_ACQUIRE) != 0)
		return true;
	if (!ktest_wants_trap())
		(void)atomic_u32_add(&made, 1);
	return false;
}

void report_go_on(void)
{
	__atomic_store_n(&reporting, 0, __ATOMIC_RELEASE);
}

void report_expect_kind(struct str kind)
{
	report_expect();
	wanted_kind = kind;
}

u32 debug_reports(void)
{
	return atomic_u32_load(&made);
}

void report_line(struct str line)
{
	if (!ktest_expects_trap())
		log_text(LOG_EMERG, line);
}

void report_end(void)
{
	__atomic_store_n(&reporting, 0, __ATOMIC_RELEASE);
	__builtin_trap();
}

struct str report_path(const char *file)
{
	struct str path = str_of_cstr(file);
	while (str_starts_with(path, STR("../")))
		path = str_from(path, 3);
	return path;
}

struct str report_place(u64 ip, struct span buf)
{
	struct str name = {};
	u64 into = 0;
	struct text t = text_in(buf);
	if (symbol_find(ip - 1, &name, &into))
		FMT(&t, "{}+0x{x}", name, into + 1);
	else
		FMT(&t, "0x{x}", ip);
	return text_str(&t);
}
