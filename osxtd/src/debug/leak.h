/* SPDX-License-Identifier: MPL-2.0 */
/*
 * leak - what is handed out, compared before and after (debug builds).
 *
 *   Context:  task context; may sleep.
 */
#pragma once
#include <osxtd/base.h>

#ifdef OSXTD_DEBUG
#include <osxtd/frame.h>

enum : u32 { LEAK_POOLS = 192 };
/* What was handed out at a moment.  Pools stay: the i-th is the same one for ever. */
struct leak_mark {
	u32 pools;
	u64 live[LEAK_POOLS], references[LEAK_POOLS];
	struct frame_stats frames;
};
void leak_mark(struct leak_mark *m);
/* How many pools and kinds of pages have another count than at the mark, after waiting for what
 * still ends.  Prints `leak: POOL +3` for each when is_loud. */
u32 leak_compare(const struct leak_mark *m, bool is_loud);
#endif
