/* SPDX-License-Identifier: MPL-2.0 */
#include "process/wait.h"

#include "abi/wait.h"

static bool is_meant(const struct process *c, const struct wait_request *r) HOLDS(process_tree)
{
	switch (r->which) {
	case WAIT_ANY:
		break;
	case WAIT_PID:
		if (c->pid != r->id)
			return false;
		break;
	case WAIT_GROUP:
		if (group_get(&c->group)->id != r->id)
			return false;
		break;
	}
	/* "Clone" children are those that report by another signal than SIGCHLD. */
	bool is_clone = c->exit_signal != SIGCHLD;
	return (r->options & W_ALL) != 0 || is_clone == ((r->options & W_CLONE) != 0);
}

static u32 child_uid(struct process *c)
{
	GUARD(signal, &c->lock);
	return user_account_get(&c->user)->uid;
}

static void report_zombie(struct process *caller, struct process *c, bool keep,
			  struct wait_result *out, struct process_ref *reaped) HOLDS(process_tree)
{
	u32 status = c->wait_status;
	bool by_signal = (status & 0x7f) != 0;
	out->code = by_signal ? CLD_KILLED : CLD_EXITED;
	out->status = (i32)(by_signal ? status & 0x7f : status >> 8 & 0xff);
	out->word = status;
	out->usage = c->final_usage;
	usage_add(&out->usage, &c->children_usage);
	if (keep)
		return;
	usage_add(&caller->children_usage, &out->usage);
	process_reap(c, reaped);
}

/* True when c has something to report. */
static bool check_child(struct process *caller, struct process *c, const struct wait_request *r,
			struct wait_result *out, struct process_ref *reaped) HOLDS(process_tree)
{
	bool keep = (r->options & WNOWAIT) != 0;
	out->pid = c->pid;
	if (c->is_zombie) {
		if ((r->options & WEXITED) == 0)
			return false;
		out->uid = child_uid(c);
		report_zombie(caller, c, keep, out, reaped);
		return true;
	}
	if ((r->options & WSTOPPED) != 0 && c->stop_report != 0) {
		out->code = CLD_STOPPED;
		out->status = (i32)c->stop_report;
		out->word = wait_status_stopped(c->stop_report);
		if (!keep)
			c->stop_report = 0;
	} else if ((r->options & WCONTINUED) != 0 && c->continue_report) {
		out->code = CLD_CONTINUED;
		out->status = (i32)SIGCONT;
		out->word = WAIT_STATUS_CONTINUED;
		if (!keep)
			c->continue_report = false;
	} else {
		return false;
	}
	out->uid = child_uid(c);
	GUARD(signal, &c->lock);
	process_usage(c, &out->usage);
	return true;
}

/* OK: *out is filled.  ERR_AGAIN: there are children, with nothing to report yet. */
static err_t scan(struct process *caller, const struct wait_request *r, struct wait_result *out,
		  struct process_ref *reaped)
{
	err_t answer = ERR_CHILD;
	GUARD(process_tree, &world.lock);
	for (struct process *c = child_list_first(&caller->children); c != nullptr;
	     c = child_list_next(c)) {
		if (!is_meant(c, r))
			continue;
		/* One that only exits in time still makes us wait, also for what it will not
		 * report. */
		answer = ERR_AGAIN;
		if (check_child(caller, c, r, out, reaped))
			return OK;
	}
	return answer;
}

err_t process_wait(struct thread *self, const struct wait_request *r, struct wait_result *out)
{
	struct process *caller = process_of(self);
	SCOPED_REF(process, reaped);
	*out = (struct wait_result){};
	/* The first look is free: a child that is a zombie already needs no queue. */
	err_t err = scan(caller, r, out, &reaped);
	if (err != ERR_AGAIN)
		return err;
	if ((r->options & WNOHANG) != 0) {
		out->pid = 0;
		return OK;
	}
	SCOPED_WAITER(w);
	waitq_join(&caller->child_wait, &w);
	for (;;) {
		err = scan(caller, r, out, &reaped);
		if (err != ERR_AGAIN)
			return err;
		TRY(waiter_sleep(&w, WAIT_SIGNAL, NO_DEADLINE));
	}
}
