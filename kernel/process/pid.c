/* SPDX-License-Identifier: MPL-2.0 */
/*
 * pid - the tables of numbers: processes, threads, groups, sessions.
 *
 * N1: a number is handed out only when it is in none of the four tables, so a process group or
 * session keeps its number from being used again as long as it exists.
 */
#include "process/internal.h"

struct world shared world = { .pid_max = ATOMIC_INIT(PID_MAX_DEFAULT) };

enum : i32 { PID_RESERVED = 300 }; /* after a wrap the low numbers are left to what booted early */

struct process *pid_process(i32 pid)
{
	struct process *p = pid <= 0 ? nullptr
				     : process_table_lower_bound(&world.processes, (u64)pid);
	return p != nullptr && p->pid == pid ? p : nullptr;
}

static struct thread *find_thread(i32 tid) HOLDS(process_tree)
{
	struct thread *t = tid <= 0 ? nullptr : thread_table_lower_bound(&world.threads, (u64)tid);
	return t != nullptr && t->tid == tid ? t : nullptr;
}

struct group *pid_group(i32 id)
{
	struct group *g = id <= 0 ? nullptr : group_table_lower_bound(&world.groups, (u64)id);
	return g != nullptr && g->id == id ? g : nullptr;
}

struct session *pid_session(i32 id)
{
	struct session *s = id <= 0 ? nullptr : session_table_lower_bound(&world.sessions, (u64)id);
	return s != nullptr && s->id == id ? s : nullptr;
}

static bool is_free(i32 n) HOLDS(process_tree)
{
	return pid_process(n) == nullptr && find_thread(n) == nullptr && pid_group(n) == nullptr &&
	       pid_session(n) == nullptr;
}

err_t pid_take(i32 *out)
{
	i32 max = atomic_i32_load(&world.pid_max);
	i32 n = world.last_pid;
	for (i32 tries = 0; tries < max; tries++) {
		n = n + 1 < max ? n + 1 : PID_RESERVED;
		if (is_free(n)) {
			world.last_pid = n;
			*out = n;
			return OK;
		}
	}
	return ERR_AGAIN;
}

bool process_find(i32 pid, struct process_ref *out)
{
	GUARD(process_tree, &world.lock);
	struct process *p = pid_process(pid);
	if (p == nullptr)
		return false;
	process_replace(out, process_clone(p));
	return true;
}

bool process_next(i32 after, struct process_ref *out)
{
	GUARD(process_tree, &world.lock);
	struct process *p = process_table_lower_bound(&world.processes,
						      (u64)(after < 0 ? 0 : after) + 1);
	if (p == nullptr)
		return false;
	*out = process_clone(p);
	return true;
}

/* The thread of p with the lowest number above `after`, null when none. */
static struct thread *next_in(const struct process *p, i32 after) HOLDS(signal)
{
	struct thread *best = nullptr;
	for (struct thread *t = thread_list_first(&p->threads); t != nullptr;
	     t = thread_list_next(t))
		if (t->tid > after && (best == nullptr || t->tid < best->tid))
			best = t;
	return best;
}

bool thread_find(i32 tid, struct thread_ref *out)
{
	SCOPED_REF(process, leader);
	{
		GUARD(process_tree, &world.lock);
		struct thread *t = find_thread(tid);
		if (t != nullptr) {
			*out = thread_clone(t);
			return true;
		}
		leader = process_clone_or_null(pid_process(tid));
	}
	if (process_is_null(&leader))
		return false;
	struct process *p = process_get(&leader);
	GUARD(signal, &p->lock);
	struct thread *t = next_in(p, tid - 1);
	if (t == nullptr || t->tid != tid)
		return false;
	*out = thread_clone(t);
	return true;
}

bool process_next_thread(struct process *p, i32 after, struct thread_ref *out)
{
	GUARD(signal, &p->lock);
	struct thread *t = next_in(p, after);
	if (t == nullptr)
		return false;
	*out = thread_clone(t);
	return true;
}

bool process_first_thread(struct process *p, struct thread_ref *out)
{
	return process_next_thread(p, 0, out);
}

i32 process_pid(const struct process *p)
{
	return p->pid;
}

u32 process_count(void)
{
	GUARD(process_tree, &world.lock);
	return (u32)process_table_count(&world.processes);
}

u32 thread_count(void)
{
	return atomic_u32_load(&world.thread_count);
}

i32 process_last_pid(void)
{
	GUARD(process_tree, &world.lock);
	return world.last_pid;
}

i32 pid_max(void)
{
	return atomic_i32_load(&world.pid_max);
}

err_t pid_set_max(i32 max)
{
	if (max <= PID_RESERVED || max > PID_MAX_LIMIT)
		return ERR_INVAL;
	atomic_i32_store(&world.pid_max, max);
	return OK;
}

u64 world_new_space_id(void)
{
	return atomic_u64_add(&world.next_space_id, 1) + 1;
}
