/* SPDX-License-Identifier: MPL-2.0 */
#include "vm/oom.h"

#include <osxtd/lock.h>
#include <osxtd/log.h>
#include <osxtd/task.h>
#include <osxtd/timer.h>
#include <osxtd/waitq.h>

#include "vm/mm.h"

LOCK_CLASS(oom, mutex);

/*
 * A caller that finds OOM_ENOUGH_PAGES free again only tries again, unless that has not helped for
 * OOM_PATIENCE_NS: they may be in pieces too small.  A victim that has not given its memory back
 * after as long is not waited for any more.
 */
enum : u64 {
	OOM_PATIENCE_NS = 2'000'000'000,
	OOM_NAP_NS = 1'000'000,
	OOM_PAUSE_NS = 100'000'000, /* between two calls that have nothing to do with each other */
	OOM_ENOUGH_PAGES = 512
};

struct oom_state {
	struct oom_lock lock;
	struct vmspace_weak dying GUARDED(oom); /* the last victim's memory */
	u64 since_ns GUARDED(oom);
	u64 short_since_ns GUARDED(oom); /* the first of calls that followed each other */
	u64 last_call_ns GUARDED(oom);
	const struct oom_ops *ops IMMUTABLE;
};
shared static struct oom_state state;

void oom_init(const struct oom_ops *ops)
{
	state.ops = ops;
}

u64 oom_badness(struct vmspace *space, i32 adj)
{
	if (adj <= -1000)
		return 0;
	struct frame_stats frames = {};
	frame_stats(&frames);
	u64 pages = vmspace_resident_pages(space) + vmspace_table_pages(space);
	i64 score = (i64)pages + (i64)(frames.total_pages / 1000) * adj;
	return score > 0 ? (u64)score : 1;
}

static void report(const struct oom_victim *v) HOLDS(oom)
{
	struct str comm = str_until_nul(cspan_of(v->comm));
	u64 size = 0, resident = 0;
	if (!vmspace_is_null(&v->space)) {
		size = vmspace_marked_pages(vmspace_get(&v->space)) * 4;
		resident = vmspace_resident_pages(vmspace_get(&v->space)) * 4;
		state.dying = vmspace_weaken(vmspace_get(&v->space));
	}
	state.since_ns = clock_monotonic_ns();
	LOG(ERR,
	    "Out of memory: Killed process {} ({}) total-vm:{}kB, rss:{}kB, UID:{} "
	    "oom_score_adj:{}",
	    v->pid, comm, size, resident, v->uid, v->score_adj);
}

/* True while the last victim is still going. */
static bool victim_is_going(void) HOLDS(oom)
{
	SCOPED_REF(vmspace, space);
	return vmspace_upgrade(state.dying, &space) &&
	       clock_monotonic_ns() - state.since_ns < OOM_PATIENCE_NS;
}

/* Whether enough is free, and has not been for long without helping. */
static bool is_enough(u64 free_pages) HOLDS(oom)
{
	u64 now = clock_monotonic_ns();
	if (now - state.last_call_ns > OOM_PAUSE_NS)
		state.short_since_ns = now;
	state.last_call_ns = now;
	return free_pages >= OOM_ENOUGH_PAGES && now - state.short_since_ns < OOM_PATIENCE_NS;
}

enum oom_answer oom_handle(void)
{
	if (state.ops == nullptr)
		return OOM_DIE;
	if (state.ops->is_dying())
		return OOM_DIE;
	{
		GUARD(oom, &state.lock);
		struct frame_stats frames = {};
		frame_stats(&frames);
		struct oom_victim victim = {};
		bool enough = is_enough(frames.free_pages);
		if (!victim_is_going() && !enough) {
			if (!state.ops->kill_worst(&victim))
				return OOM_DIE;
			report(&victim);
			state.short_since_ns = state.since_ns;
			vmspace_drop(&victim.space);
		}
	}
	if (state.ops->is_dying())
		return OOM_DIE;
	/* Let the victim run; a kill of the caller ends the nap. */
	if (task_sleep_until(clock_monotonic_ns() + OOM_NAP_NS, WAIT_KILLABLE) != OK &&
	    state.ops->is_dying())
		return OOM_DIE;
	return OOM_RETRY;
}
