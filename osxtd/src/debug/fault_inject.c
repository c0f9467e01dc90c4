// SPDX-License-Identifier: MPL-2.0
/* fault_inject - see <osxtd/fault_inject.h>. */
#include <osxtd/fault_inject.h>

#include <osxtd/lock.h>
#include <osxtd/task.h>

#include "panic.h"
#include "symbols.h"

LOCK_CLASS(fault_settings, irq);

enum : u32 { SITE_DEPTH = 40 };

struct fault_state {
	struct fault_settings_lock lock;
	struct fault_settings settings GUARDED(fault_settings);
	u64 candidates GUARDED(fault_settings);
	u64 random GUARDED(fault_settings); /* the same sequence in every run */
	struct atomic_u32 is_on ATOMIC_ONLY;
};
static struct fault_state shared state = { .random = 1 };

void fault_set_nth(struct task *t, u32 nth)
{
	atomic_u32_store(&t->_fail_nth, nth);
}

u32 fault_nth(const struct task *t)
{
	return atomic_u32_load(&t->_fail_nth);
}

void fault_set_marked(struct task *t, bool is_marked)
{
	atomic_u32_store(&t->_may_fail, is_marked);
}

bool fault_is_marked(const struct task *t)
{
	return atomic_u32_load(&t->_may_fail) != 0;
}

void fault_settings_get(struct fault_settings *out)
{
	GUARD(fault_settings, &state.lock);
	*out = state.settings;
}

void fault_settings_set(const struct fault_settings *s)
{
	GUARD(fault_settings, &state.lock);
	state.settings = *s;
	state.candidates = 0;
	atomic_u32_store(&state.is_on, s->probability != 0);
}

/* Whether the function that the settings name is among the callers. */
static NOINLINE bool is_at_site(struct str site)
{
	u64 fp = address_of_(__builtin_frame_address(0)), ip = 0;
	for (u32 i = 0; i < SITE_DEPTH && arch_unwind(&fp, &ip); i++) {
		struct str name = {};
		u64 into = 0;
		if (symbol_find(ip - 1, &name, &into) && str_equal(name, site))
			return true;
	}
	return false;
}

/* xorshift64 */
static u64 next_random(void) HOLDS(fault_settings)
{
	u64 v = state.random;
	v ^= v << 13;
	v ^= v >> 7;
	v ^= v << 17;
	state.random = v;
	return v;
}

static NOINLINE bool by_settings(const struct task *t, u64 bytes)
{
	GUARD(fault_settings, &state.lock);
	struct fault_settings *s = &state.settings;
	struct str site = str_until_nul(cspan_of(s->site));
	if (s->times == 0 || (s->task_filter && !fault_is_marked(t)))
		return false;
	if (str_len(site) != 0 && !is_at_site(site))
		return false;
	if (s->space > bytes) {
		s->space -= bytes;
		return false;
	}
	state.candidates++;
	if (s->interval > 1 && state.candidates % s->interval != 0)
		return false;
	if (s->probability <= next_random() % 100)
		return false;
	if (s->times != UINT64_MAX)
		s->times--;
	return true;
}

bool fault_inject(u64 bytes)
{
	struct task *t = task_current();
	if (t == nullptr || cpu_in_irq())
		return false;
	u32 nth = atomic_u32_load(&t->_fail_nth);
	if (nth != 0) {
		atomic_u32_store(&t->_fail_nth, nth - 1);
		return nth == 1;
	}
	return atomic_u32_load(&state.is_on) != 0 && by_settings(t, bytes);
}

bool fault_is_armed(void)
{
	const struct task *t = task_current();
	return t != nullptr && !cpu_in_irq() &&
	       (atomic_u32_load(&t->_fail_nth) != 0 || atomic_u32_load(&state.is_on) != 0);
}
