/* SPDX-License-Identifier: MPL-2.0 */
/*
 * fault_inject - allocations that fail on purpose (debug builds; nothing in the others).
 *
 * Every allocation asks fault_inject: elements of pools, buffers, untyped pages, page tables,
 * kernel stacks.  It answers yes for the Nth one of a task (fail-nth), or as the settings say
 * (failslab). Only a task's own context fails, never an interrupt's.
 *
 *   Spec:  Linux's Documentation/fault-injection/fault-injection.rst for the names.
 */
#pragma once
#include <osxtd/span.h>

#ifdef OSXTD_DEBUG
struct task;
/* The nth allocation of t from now on fails; 0 takes the order back. */
OSXTD_API void fault_set_nth(struct task *t, u32 nth);
/* What is left of the order: 0 once it was carried out. */
OSXTD_API u32 fault_nth(const struct task *t);
/* Whether settings with task_filter apply to t. */
OSXTD_API void fault_set_marked(struct task *t, bool is_marked);
OSXTD_API bool fault_is_marked(const struct task *t);

struct fault_settings {
	u64 probability; /* percent; 0 turns all of it off */
	u64 interval;	 /* only each interval-th candidate */
	u64 times;	 /* how often still; UINT64_MAX: always */
	u64 space;	 /* bytes that are handed out before the first failure */
	bool task_filter;
	u8 site[64]; /* only below this function, when there is a name; NUL padded */
};
OSXTD_API void fault_settings_get(struct fault_settings *out);
OSXTD_API void fault_settings_set(const struct fault_settings *s);

/* For the allocators: shall these bytes be refused? */
[[nodiscard]] bool fault_inject(u64 bytes);
/* Whether the current task could be refused: quick paths that skip an allocation must not. */
bool fault_is_armed(void);
#else
[[nodiscard]] ALWAYS_INLINE bool fault_inject(u64 bytes)
{
	(void)bytes;
	return false;
}
ALWAYS_INLINE bool fault_is_armed(void)
{
	return false;
}
#endif
