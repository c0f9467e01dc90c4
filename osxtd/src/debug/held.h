/* SPDX-License-Identifier: MPL-2.0 */
/* held - what the checkers of a debug build ask and say about the locks that are held here. */
#pragma once
#include "core/held.h"
#include "panic.h"

enum : u32 { HELD_LIST_MAX = 32 };
struct held_list {
	u32 count;
	const struct lock_class *cls[HELD_LIST_MAX];
};
/* The classes of the locks that this context holds: of a handler, not those of what it interrupted.
 */
void held_locks(struct held_list *out);
void held_print(panic_line_fn out);
/* The log, or the bare console where the log's locks are held. */
panic_line_fn held_report_sink(void);
/* The callers of frame fp. */
void held_print_trace(panic_line_fn out, u64 fp);
/* Tests: what was seen of the classes whose names begin with prefix is forgotten. */
void lockdep_forget(struct str prefix);
/* Where the interrupt that is being handled hit. */
u64 lockdep_interrupted_ip(void);
