/* SPDX-License-Identifier: MPL-2.0 */
/* subject - what the texts about a process ask of it. */
#pragma once
#include "fs/procfs/show.h"
#include "vm/mm.h"

/* Of the process, or of the one thread below task/. */
ALWAYS_INLINE void subject_info(const struct proc_subject *s, struct process_info *out)
{
	if (s->is_thread)
		thread_get_info(thread_get(&s->thread), out);
	else
		process_get_info(process_get(&s->process), out);
}
/* Its memory; false for a zombie. */
ALWAYS_INLINE bool subject_space(const struct proc_subject *s, struct vmspace_ref *out)
{
	return !thread_is_null(&s->thread) && thread_get_space(thread_get(&s->thread), out);
}
ALWAYS_INLINE struct str info_comm(const struct process_info *i)
{
	return str_until_nul(cspan_of(i->comm));
}
