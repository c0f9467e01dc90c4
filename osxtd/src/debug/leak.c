// SPDX-License-Identifier: MPL-2.0
/* leak - see leak.h. */
#include "debug/leak.h"

#include <osxtd/console.h>
#include <osxtd/counts.h>
#include <osxtd/fmt.h>
#include <osxtd/frame.h>
#include <osxtd/rcu.h>
#include <osxtd/task.h>
#include <osxtd/timer.h>
#include <osxtd/waitq.h>

#include "mm/pool.h"
#include "mm/stack.h"
#include "mm/table.h"

enum : u32 { PATIENCE = 20 };
enum : u64 { NAP_NS = 1000000 };

static void settle_here(void)
{
	for (u32 i = 0; i < 8; i++)
		task_yield();
	(void)table_reserve(TABLE_RESERVE);
	(void)table_cache_shrink();
	(void)stack_cache_shrink();
}

/* Each CPU has caches of its own. */
void counts_settle(void)
{
	struct atomic_u64 *affinity = &task_current()->sched.affinity;
	u64 before = atomic_u64_load(affinity);
	rcu_barrier();
	for (u32 cpu = 0; cpu < cpu_count(); cpu++) {
		atomic_u64_store(affinity, (u64)1 << cpu);
		settle_here();
	}
	atomic_u64_store(affinity, before);
	task_yield();
	pool_flush_quarantine();
}

static u32 pool_number(void)
{
	struct pool_counts c = {};
	u32 n = 0;
	while (n < LEAK_POOLS && pool_counts(n, &c))
		n++;
	return n;
}

/* The latest pool comes first from pool_counts: numbers count from the end. */
void leak_mark(struct leak_mark *m)
{
	counts_settle();
	struct pool_counts c = {};
	m->pools = pool_number();
	for (u32 i = 0; i < m->pools && pool_counts(i, &c); i++) {
		array_at(m->live, m->pools - 1 - i) = c.live;
		array_at(m->references, m->pools - 1 - i) = c.references;
	}
	frame_stats(&m->frames);
}

static u32 compare(bool is_loud, struct str name, struct str what, u64 before, u64 now)
{
	if (before == now)
		return 0;
	if (is_loud) {
		u8 buf[100] = {};
		struct text t = text_in(span_of(buf));
		FMT(&t, "leak: {} {}{}{}\n", name, now > before ? "+" : "", (i64)(now - before),
		    what);
		console_write(str_bytes(text_str(&t)));
	}
	return 1;
}

static u32 compare_all(const struct leak_mark *m, bool is_loud)
{
	struct pool_counts c = {};
	struct frame_stats f = {};
	u32 pools = pool_number(), found = 0;
	for (u32 i = 0; i < pools && pool_counts(i, &c); i++) {
		u32 at = pools - 1 - i;
		bool is_new = at >= m->pools;
		u64 live = is_new ? 0 : array_at(m->live, at);
		u64 references = is_new ? 0 : array_at(m->references, at);
		found += compare(is_loud, c.name, STR(""), live, c.live);
		if (live == c.live)
			found += compare(is_loud, c.name, STR(" references"), references,
					 c.references);
	}
	frame_stats(&f);
	const struct frame_stats *b = &m->frames;
	found += compare(is_loud, STR("pages"), STR(" untyped"), b->untyped_pages, f.untyped_pages);
	found += compare(is_loud, STR("pages"), STR(" of tables"), b->page_table_pages,
			 f.page_table_pages);
	found += compare(is_loud, STR("pages"), STR(" of stacks"), b->stack_pages, f.stack_pages);
	found += compare(is_loud, STR("pages"), STR(" of large buffers"), b->meta_pages,
			 f.meta_pages);
	return found;
}

u32 leak_compare(const struct leak_mark *m, bool is_loud)
{
	for (u32 i = 0; i < PATIENCE; i++) {
		counts_settle();
		if (compare_all(m, false) == 0)
			return 0;
		if (task_sleep_until(clock_monotonic_ns() + NAP_NS, WAIT_UNINTERRUPTIBLE) != OK)
			break;
	}
	return compare_all(m, is_loud);
}
