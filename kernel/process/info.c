/* SPDX-License-Identifier: MPL-2.0 */
/*
 * info - snapshots of processes and threads for procfs, sysinfo and the like.
 */
#include <osxtd/fmt.h>

#include "abi/sched.h"
#include "process/internal.h"
#include "sched/sched.h"

static void from_sched(const struct thread *t, struct process_info *out)
{
	const struct sched_entity *e = &t->task.sched;
	out->nice = atomic_i32_load(&e->nice);
	out->policy = atomic_u32_load(&e->policy);
	out->rt_priority = atomic_u32_load(&e->rt_priority);
	out->priority = out->policy == SCHED_DEADLINE ? -101
			: out->rt_priority != 0	      ? -1 - (i32)out->rt_priority
						      : 20 + out->nice;
	struct sched_view view = {};
	sched_view(&t->task, &view);
	out->virtual_ns = view.virtual_ns;
	out->weight = view.weight;
	out->deadline_left_ns = view.left_ns;
	out->deadline_due_ns = view.due_ns;
	out->cpu = atomic_u32_load(&e->cpu);
	out->cpus_allowed = sched_affinity(&t->task);
}

static char state_of(const struct thread *t) HOLDS(signal)
{
	if (t->is_stopped)
		return 'T';
	return task_is_parked(&t->task) ? 'S' : 'R';
}

static void from_thread(struct thread *t, struct process_info *out) HOLDS(signal)
{
	out->tid = t->tid;
	out->state = state_of(t);
	out->pending = t->pending.set;
	out->blocked = t->blocked;
	out->no_new_privs = atomic_u32_load(&t->no_new_privs) != 0;
	from_sched(t, out);
	if (task_is_parked(&t->task)) {
		struct text text = text_in((struct span)span_of(out->wait_channel));
		text_put(&text, t->is_stopped ? STR("do_signal_stop") : STR("task_park"));
	}
}

static void from_usage(const struct usage *u, struct process_info *out)
{
	out->utime_ns = u->utime_ns;
	out->stime_ns = u->stime_ns;
	out->minor_faults = u->minor_faults;
	out->major_faults = u->major_faults;
	out->voluntary_switches = u->voluntary;
	out->involuntary_switches = u->involuntary;
}

static void from_process(struct process *p, struct process_info *out) HOLDS(signal)
{
	const struct sighand *h = sighand_get(&p->sighand);
	out->pid = p->pid;
	out->threads = (u32)thread_list_count(&p->threads);
	out->start_ns = p->start_ns;
	out->shared_pending = p->common.set;
	out->ignored = atomic_u64_load(&h->ignored);
	out->caught = atomic_u64_load(&h->caught);
	out->queued_signals = p->queued_signals;
	out->max_queued_signals = atomic_u64_load(&p->limits.soft[RLIMIT_SIGPENDING]);
	out->oom_score_adj = atomic_i32_load(&p->oom_score_adj);
}

static void from_tree(struct process *p, struct process_info *out)
{
	SCOPED_REF(tty, tty);
	{
		GUARD(process_tree, &world.lock);
		const struct process *parent = process_get_or_null(&p->parent);
		out->ppid = parent == nullptr ? 0 : parent->pid;
		out->exit_signal = (i32)p->exit_signal;
		out->exit_code = (i32)p->wait_status;
		out->children_utime_ns = p->children_usage.utime_ns;
		out->children_stime_ns = p->children_usage.stime_ns;
		out->children_minor_faults = p->children_usage.minor_faults;
		out->children_major_faults = p->children_usage.major_faults;
		out->tty_group = -1;
		if (group_is_null(&p->group)) {
			out->state = 'X';
			return;
		}
		const struct group *g = group_get(&p->group);
		const struct session *s = session_get(&g->session);
		out->pgid = g->id;
		out->sid = s->id;
		tty = tty_clone_or_null(tty_get_or_null(&s->tty));
		if (p->is_zombie)
			out->state = 'Z';
	}
	if (tty_is_null(&tty))
		return;
	out->tty_device = tty_device_number(tty_get(&tty));
	i32 foreground = tty_foreground_group(tty_get(&tty));
	out->tty_group = foreground == 0 ? -1 : foreground;
}

static void copy_comm(char (*to)[COMM_BYTES], const char (*from)[COMM_BYTES])
{
	for (u32 i = 0; i < COMM_BYTES; i++)
		array_at(*to, i) = array_at(*from, i);
}

void process_get_info(struct process *p, struct process_info *out)
{
	*out = (struct process_info){};
	{
		GUARD(signal, &p->lock);
		struct usage used = {};
		process_usage(p, &used);
		from_usage(&used, out);
		from_process(p, out);
		copy_comm(&out->comm, &p->comm);
		struct thread *t = thread_list_first(&p->threads);
		if (t != nullptr) {
			from_thread(t, out);
			thread_get_comm(t, &out->comm);
		}
	}
	out->tid = p->pid;
	from_tree(p, out);
}

void thread_get_info(struct thread *t, struct process_info *out)
{
	struct process *p = process_of(t);
	*out = (struct process_info){};
	{
		GUARD(signal, &p->lock);
		struct usage used = {};
		thread_usage(t, &used);
		from_usage(&used, out);
		from_process(p, out);
		from_thread(t, out);
		thread_get_comm(t, &out->comm);
		out->start_ns = t->start_ns;
	}
	char state = out->state;
	from_tree(p, out);
	out->state = state;
}

u64 thread_slack(const struct thread *t)
{
	return atomic_u64_load(&t->timer_slack_ns);
}

void thread_set_slack(struct thread *t, u64 ns)
{
	atomic_u64_store(&t->timer_slack_ns, ns == 0 ? t->default_slack_ns : ns);
}

/* Real-time tasks and the kernel's own are woken on time. */
u64 thread_task_slack(struct task *t)
{
	u32 policy = atomic_u32_load(&t->sched.policy);
	if (!thread_is(t) || policy == SCHED_FIFO || policy == SCHED_RR || policy == SCHED_DEADLINE)
		return 0;
	return thread_slack(thread_of(t));
}

void process_set_oom_score_adj(struct process *p, i32 adj)
{
	atomic_i32_store(&p->oom_score_adj, adj);
}

bool process_may_inspect(struct thread *viewer, struct process *p)
{
	if (process_of(viewer) == p)
		return true;
	SCOPED_REF(thread, t);
	SCOPED_REF(cred, theirs);
	SCOPED_REF(vmspace, space);
	const struct cred *c = thread_cred(viewer);
	if (cred_has_cap(c, CAP_SYS_PTRACE))
		return true;
	if (!process_first_thread(p, &t))
		return false;
	thread_get_cred(thread_get(&t), &theirs);
	const struct cred *o = cred_get(&theirs);
	if (c->fsuid != o->uid || c->fsuid != o->euid || c->fsuid != o->suid ||
	    c->fsgid != o->gid || c->fsgid != o->egid || c->fsgid != o->sgid)
		return false;
	return !thread_get_space(thread_get(&t), &space) ||
	       atomic_u32_load(&mm_of(vmspace_get(&space))->dumpable) == 1;
}

void process_get_totals(struct process_totals *out)
{
	struct sched_totals s = {};
	struct usage used = {};
	sched_totals(&s);
	{
		GUARD(process_tree, &world.lock);
		used = world.gone_usage;
		for (struct process *p = process_table_first(&world.processes); p != nullptr;
		     p = process_table_next(p)) {
			struct usage u = {};
			GUARD(signal, &p->lock);
			process_usage(p, &u);
			usage_add(&used, &u);
		}
	}
	u64 up = clock_monotonic_ns() * cpu_count();
	*out = (struct process_totals){
		.forks = atomic_u64_load(&world.forks),
		.context_switches = s.switches,
		.running = s.ready,
		.user_ns = used.utime_ns,
		.system_ns = used.stime_ns,
		.idle_ns = up > s.busy_ns ? up - s.busy_ns : 0,
	};
}

/* Times are kept by process, not by CPU: the parts of user and kernel mode are those of all. */
void process_get_cpu_totals(const struct process_totals *all, u32 cpu, struct process_totals *out)
{
	u64 busy = sched_busy_ns(cpu), up = clock_monotonic_ns();
	u64 both = all->user_ns + all->system_ns;
	u64 user = both == 0 ? 0 : (u64)((unsigned __int128)busy * all->user_ns / both);
	*out = (struct process_totals){
		.user_ns = user,
		.system_ns = busy - user,
		.idle_ns = up > busy ? up - busy : 0,
	};
}
