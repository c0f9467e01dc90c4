/* SPDX-License-Identifier: MPL-2.0 */
/*
 * setup - this floor's hooks into the lower ones, and the first process.
 */
#include <osxtd/log.h>

#include "arch/arch.h"
#include "ipc/futex.h"
#include "process/internal.h"
#include "process/thread_run.h"
#include "sched/loadavg.h"
#include "sched/sched.h"
#include "time/clock.h"
#include "vdso/vdso.h"
#include "vm/oom.h"

/* ---- out of memory ---- */

static bool is_dying(void)
{
	return (atomic_u32_load(&task_current()->interrupt) & TASK_INTR_KILL) != 0;
}

static void look_at(struct process *p, u64 *worst, struct process_ref *found)
{
	SCOPED_REF(thread, t);
	SCOPED_REF(vmspace, space);
	if (p->pid == 1 || !process_first_thread(p, &t) ||
	    !thread_get_space(thread_get(&t), &space))
		return;
	u64 score = oom_badness(vmspace_get(&space), atomic_i32_load(&p->oom_score_adj));
	if (score <= *worst)
		return;
	*worst = score;
	process_replace(found, process_clone(p));
}

static void describe_victim(struct process *p, struct oom_victim *out)
{
	SCOPED_REF(thread, t);
	SCOPED_REF(cred, cred);
	out->pid = p->pid;
	out->score_adj = atomic_i32_load(&p->oom_score_adj);
	if (!process_first_thread(p, &t))
		return;
	thread_get_cred(thread_get(&t), &cred);
	out->uid = cred_get(&cred)->uid;
	char comm[COMM_BYTES] = {};
	thread_get_comm(thread_get(&t), &comm);
	for (u32 i = 0; i < COMM_BYTES; i++)
		array_at(out->comm, i) = (u8)array_at(comm, i);
	(void)thread_get_space(thread_get(&t), &out->space);
}

static bool kill_worst(struct oom_victim *out)
{
	SCOPED_REF(process, worst);
	u64 score = 0;
	i32 pid = 0;
	for (;;) {
		SCOPED_REF(process, p);
		if (!process_next(pid, &p))
			break;
		pid = process_get(&p)->pid;
		look_at(process_get(&p), &score, &worst);
	}
	if (process_is_null(&worst))
		return false;
	struct siginfo info = siginfo_kernel(SIGKILL);
	describe_victim(process_get(&worst), out);
	(void)signal_post(process_get(&worst), nullptr, &info);
	return true;
}

static const struct oom_ops oom_ops = { .kill_worst = kill_worst, .is_dying = is_dying };

/* ---- hooks ---- */

/* The owner of a mutex that inherits priority. */
static err_t find_owner(u32 tid, struct task_ref *out)
{
	SCOPED_REF(thread, found);
	if (!thread_find((i32)tid, &found))
		return ERR_SRCH;
	struct thread *t = thread_get(&found);
	GUARD(signal, &process_of(t)->lock);
	if (t->is_leaving)
		return ERR_BUSY;
	*out = task_clone(&t->task);
	return OK;
}

static const struct futex_pi_hooks futex_pi_hooks = { .find = find_owner };
static const struct clock_hooks clock_hooks = {
	.changes = vdso_hold_clock,
	.changed = vdso_set_clock,
	.stepped = posix_timers_stepped,
};
static const struct sched_hooks sched_hooks = { .overrun = cputime_overrun };

void process_setup(void)
{
	sched_setup(&sched_hooks);
	clock_setup(&clock_hooks);
	futex_pi_setup(&futex_pi_hooks);
	loadavg_start();
	tty_host_init(&process_tty_ops);
	oom_init(&oom_ops);
	task_on_oops(thread_oops);
	waitq_on_slack(thread_task_slack);
}

/* ---- the first process ---- */

static const struct init_ops *shared init_ops OWNER(boot);

static void init_entry(struct task *t)
{
	struct thread *self = thread_of(t);
	init_ops->start(self);
	thread_run(self);
}

enum : u64 { TIMER_SLACK_NS = 50000 };

static err_t make_init(struct fdtable_ref *files, struct fs_ctx_ref *fs, struct task_ref *out)
{
	SCOPED_REF(task, made);
	SCOPED_REF(sighand, h);
	SCOPED_REF(user_account, user);
	TRY(thread_new(init_entry, &made));
	struct thread *t = thread_of(task_get(&made));
	TRY(process_new(&t->process));
	TRY(sighand_new(&h));
	TRY(user_account_find(0, &user));
	TRY(cred_new_root(&t->cred));
	t->files = fdtable_move(files);
	t->fs = fs_ctx_move(fs);
	t->start_ns = clock_monotonic_ns();
	t->default_slack_ns = TIMER_SLACK_NS;
	atomic_u64_store(&t->timer_slack_ns, TIMER_SLACK_NS);
	struct process *p = process_of(t);
	rlimit_init(p);
	atomic_u32_store(&p->is_unkillable, 1);
	GUARD(signal, &p->lock);
	t->sighand = sighand_clone(sighand_get(&h));
	p->sighand = sighand_move(&h);
	p->user = user_account_move(&user);
	*out = task_move(&made);
	return OK;
}

/* P1 to P3 for the process that has no parent. */
static err_t publish_init(struct thread *t, struct group *g)
{
	struct process *p = process_of(t);
	GUARD(process_tree, &world.lock);
	TRY(pid_take(&p->pid));
	t->tid = p->pid;
	process_table_insert(&world.processes, process_clone(p));
	/* Session and group 0: init leads no session until it asks for one. */
	session_publish(session_get(&g->session), 0);
	group_publish(g, 0);
	group_join(g, p);
	world.init = process_clone(p);
	GUARD(signal, &p->lock);
	thread_list_push_back(&p->threads, thread_clone(t));
	p->live = 1;
	(void)atomic_u32_add(&world.thread_count, 1);
	(void)atomic_u32_add(&user_account_get(&p->user)->threads, 1);
	return OK;
}

err_t process_start_init(const struct init_ops *ops, struct fdtable_ref files_arg,
			 struct fs_ctx_ref fs_arg)
{
	SCOPED_REF(fdtable, files);
	SCOPED_REF(fs_ctx, fs);
	files = fdtable_move(&files_arg);
	fs = fs_ctx_move(&fs_arg);
	SCOPED_REF(task, made);
	SCOPED_REF(session, s);
	SCOPED_REF(group, g);
	TRY(session_new(&s));
	TRY(group_new(session_move(&s), &g));
	TRY(make_init(&files, &fs, &made));
	struct thread *t = thread_of(task_get(&made));
	thread_set_comm(t, STR("init"));
	sched_reset(&t->task);
	TRY(publish_init(t, group_get(&g)));
	init_ops = ops;
	task_start(&t->task);
	return OK;
}
