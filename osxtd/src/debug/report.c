// SPDX-License-Identifier: MPL-2.0
/* report - see report.h. */
#include "debug/report.h"

#include <osxtd/cpu.h>

#include "symbols.h"

static struct task *shared expecting;
static u32 shared expected;
static struct str shared expected_kind;
static u32 shared reporting;

void report_expect(void)
{
	expecting = task_current();
	expected = 0;
	expected_kind = (struct str){};
}

u32 report_caught(struct str *kind)
{
	expecting = nullptr;
	*kind = expected_kind;
	return expected;
}

bool report_is_muted(struct str kind)
{
	if (expecting != nullptr && expecting == task_current() && !cpu_in_irq()) {
		expected++;
		expected_kind = kind;
		return true;
	}
	return __atomic_exchange_n(&reporting, 1, __ATOMIC_ACQUIRE) != 0;
}

void report_end(void)
{
	__atomic_store_n(&reporting, 0, __ATOMIC_RELEASE);
	__builtin_trap();
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
