/* SPDX-License-Identifier: MPL-2.0 */
/* process - making, ending and waiting for processes. */
#include "abi/time.h"
#include "abi/wait.h"
#include "process/fork.h"
#include "process/internal.h"
#include "process/wait.h"
#include "syscall/handlers_process.h"
#include "time/clock.h"

/* ---- making ---- */

err_t sys_fork(struct thread *self, const struct sysargs *a, i64 *ret)
{
	if (!user_ctx_is_whole(&self->task.user))
		return ERR_WANTS_CONTEXT;
	(void)a;
	struct fork_request r = { .exit_signal = SIGCHLD };
	return process_fork(self, &r, ret);
}

err_t sys_vfork(struct thread *self, const struct sysargs *a, i64 *ret)
{
	if (!user_ctx_is_whole(&self->task.user))
		return ERR_WANTS_CONTEXT;
	(void)a;
	struct fork_request r = { .flags = CLONE_VM | CLONE_VFORK, .exit_signal = SIGCHLD };
	return process_fork(self, &r, ret);
}

/* Arguments: flags, stack, parent_tid, child_tid, tls.  An architecture whose order is another one
 * has a call of its own that turns them round. */
err_t sys_clone(struct thread *self, const struct sysargs *a, i64 *ret)
{
	if (!user_ctx_is_whole(&self->task.user))
		return ERR_WANTS_CONTEXT;
	u64 flags = a->a0 & UINT32_MAX;
	u32 signo = (u32)(flags & CSIGNAL);
	struct fork_request r = {
		.flags = flags & ~(u64)CSIGNAL,
		.exit_signal = signo > NSIG ? 0 : signo,
		.stack = a->a1,
		.parent_tid = a->a2,
		.child_tid = a->a3,
		.tls = a->a4,
	};
	return process_fork(self, &r, ret);
}

/* Reads a struct that grows with versions: bytes beyond what we know must be 0.  ERR_2BIG. */
static err_t read_clone_args(struct uaddr from, u64 size, struct abi_clone_args *args)
{
	if (size > PAGE_SIZE)
		return ERR_2BIG;
	if (size < CLONE_ARGS_SIZE_VER0)
		return ERR_INVAL;
	for (u64 at = sizeof(*args); at < size; at++) {
		u8 b = 0;
		TRY(user_get(uaddr_add(from, at), &b));
		if (b != 0)
			return ERR_2BIG;
	}
	usize known = min_of((usize)size, sizeof(*args));
	return user_read(from, span_sub((struct span)span_of(*args), 0, known));
}

static err_t check_clone_args(const struct abi_clone_args *c)
{
	enum : u64 { ALLOWED = ~(u64)(CLONE_DETACHED | CSIGNAL) };
	if ((c->flags & ~(u64)ALLOWED) != 0 || c->flags >> 34 != 0 || c->exit_signal > NSIG)
		return ERR_INVAL;
	if ((c->flags & (CLONE_THREAD | CLONE_PARENT)) != 0 && c->exit_signal != 0)
		return ERR_INVAL;
	if ((c->stack == 0) != (c->stack_size == 0))
		return ERR_INVAL;
	if (c->stack != 0 && !user_range_ok(uaddr_of(c->stack), c->stack_size))
		return ERR_INVAL;
	/* Choosing the number asks for a right that we give nobody: limitations. */
	if (c->set_tid_size != 0 || c->set_tid != 0)
		return c->set_tid_size > 32 || (c->set_tid == 0) != (c->set_tid_size == 0)
			       ? ERR_INVAL
			       : ERR_PERM;
	return OK;
}

err_t sys_clone3(struct thread *self, const struct sysargs *a, i64 *ret)
{
	if (!user_ctx_is_whole(&self->task.user))
		return ERR_WANTS_CONTEXT;
	struct abi_clone_args c = {};
	TRY(read_clone_args(arg_uaddr(a->a0), a->a1, &c));
	TRY(check_clone_args(&c));
	struct fork_request r = {
		.flags = c.flags,
		.exit_signal = (u32)c.exit_signal,
		.stack = c.stack + c.stack_size,
		.parent_tid = c.parent_tid,
		.child_tid = c.child_tid,
		.tls = c.tls,
	};
	return process_fork(self, &r, ret);
}

/* Namespaces are refused as by a kernel that was built without them. */
err_t sys_unshare(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u64 flags = a->a0;
	(void)ret;
	if ((flags & ~(u64)(CLONE_FILES | CLONE_FS | CLONE_SYSVSEM | CLONE_THREAD | CLONE_SIGHAND |
			    CLONE_VM)) != 0)
		return ERR_INVAL;
	if ((flags & (CLONE_THREAD | CLONE_SIGHAND | CLONE_VM)) != 0) {
		GUARD(signal, &process_of(self)->lock);
		if (process_of(self)->live > 1)
			return ERR_INVAL;
	}
	if ((flags & CLONE_FILES) != 0)
		TRY(thread_unshare_files(self));
	return (flags & CLONE_FS) != 0 ? thread_unshare_fs(self) : OK;
}

/* ---- ending ---- */

err_t sys_exit(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	thread_exit(self, wait_status_exited((u32)a->a0));
}

err_t sys_exit_group(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)ret;
	process_exit(self, wait_status_exited((u32)a->a0));
}

/* ---- waiting ---- */

static void to_rusage(const struct usage *u, struct abi_rusage *out)
{
	struct abi_timeval utime = timeval_of_ns(u->utime_ns), stime = timeval_of_ns(u->stime_ns);
	*out = (struct abi_rusage){
		.utime_sec = utime.sec,
		.utime_usec = utime.usec,
		.stime_sec = stime.sec,
		.stime_usec = stime.usec,
		.maxrss = (i64)(u->max_resident_pages * (PAGE_SIZE / 1024)),
		.minflt = (i64)u->minor_faults,
		.majflt = (i64)u->major_faults,
		.nvcsw = (i64)u->voluntary,
		.nivcsw = (i64)u->involuntary,
	};
}

static err_t put_rusage(u64 to, const struct usage *u)
{
	struct abi_rusage abi = {};
	if (to == 0)
		return OK;
	to_rusage(u, &abi);
	return user_put(arg_uaddr(to), &abi);
}

static i32 own_group(struct thread *self)
{
	GUARD(process_tree, &world.lock);
	return group_get(&process_of(self)->group)->id;
}

err_t sys_wait4(struct thread *self, const struct sysargs *a, i64 *ret)
{
	i32 pid = arg_int(a->a0);
	u32 options = (u32)a->a2;
	if ((options & ~(WNOHANG | WUNTRACED | WCONTINUED | W_NOTHREAD | W_CLONE | W_ALL)) != 0)
		return ERR_INVAL;
	if (pid == INT32_MIN)
		return ERR_SRCH;
	struct wait_request r = { .which = WAIT_ANY, .id = pid, .options = options | WEXITED };
	if (pid > 0) {
		r.which = WAIT_PID;
	} else if (pid != -1) {
		r.which = WAIT_GROUP;
		r.id = pid == 0 ? own_group(self) : -pid;
	}
	struct wait_result w = {};
	TRY(process_wait(self, &r, &w));
	*ret = w.pid;
	if (w.pid == 0)
		return OK;
	if (a->a1 != 0)
		TRY(user_write_u32(arg_uaddr(a->a1), w.word));
	return put_rusage(a->a3, &w.usage);
}

static err_t decode_waitid(struct thread *self, const struct sysargs *a, struct wait_request *r)
{
	i32 id = arg_int(a->a1);
	u32 options = (u32)a->a3;
	if ((options & ~(WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED | W_NOTHREAD |
			 W_CLONE | W_ALL)) != 0)
		return ERR_INVAL;
	if ((options & (WEXITED | WSTOPPED | WCONTINUED)) == 0)
		return ERR_INVAL;
	*r = (struct wait_request){ .which = WAIT_ANY, .id = id, .options = options };
	switch (arg_int(a->a0)) {
	case P_ALL:
		return OK;
	case P_PID:
		r->which = WAIT_PID;
		return id > 0 ? OK : ERR_INVAL;
	case P_PGID:
		r->which = WAIT_GROUP;
		if (id == 0)
			r->id = own_group(self);
		return id >= 0 ? OK : ERR_INVAL;
	case P_PIDFD: /* there are no pidfds, so no descriptor is one */
		return id < 0 ? ERR_INVAL : ERR_BADF;
	default:
		return ERR_INVAL;
	}
}

err_t sys_waitid(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct wait_request r = {};
	struct wait_result w = {};
	(void)ret;
	TRY(decode_waitid(self, a, &r));
	TRY(process_wait(self, &r, &w));
	if (w.pid != 0)
		TRY(put_rusage(a->a4, &w.usage));
	if (a->a2 == 0)
		return OK;
	struct siginfo info = {};
	if (w.pid != 0)
		info = (struct siginfo){ .signo = (i32)SIGCHLD,
					 .code = w.code,
					 .pid = w.pid,
					 .uid = w.uid,
					 .status = w.status };
	struct abi_siginfo abi = {};
	siginfo_encode(&info, &abi);
	return user_put(arg_uaddr(a->a2), &abi);
}

/* ---- figures ---- */

static void running_peak(struct thread *self, struct usage *u)
{
	struct mm_stats stats = {};
	mm_stats_quick(thread_mm(self), &stats);
	u->max_resident_pages = max_of(u->max_resident_pages, stats.peak_resident);
}

err_t sys_getrusage(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct process *p = process_of(self);
	struct usage u = {};
	(void)ret;
	switch (arg_int(a->a0)) {
	case RUSAGE_SELF: {
		GUARD(signal, &p->lock);
		process_usage(p, &u);
		break;
	}
	case RUSAGE_THREAD: {
		GUARD(signal, &p->lock);
		thread_usage(self, &u);
		break;
	}
	case RUSAGE_CHILDREN: {
		GUARD(process_tree, &world.lock);
		u = p->children_usage;
		break;
	}
	default:
		return ERR_INVAL;
	}
	if (arg_int(a->a0) != RUSAGE_CHILDREN)
		running_peak(self, &u);
	struct abi_rusage abi = {};
	to_rusage(&u, &abi);
	return user_put(arg_uaddr(a->a1), &abi);
}

err_t sys_times(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct process *p = process_of(self);
	struct usage u = {}, children = {};
	{
		GUARD(process_tree, &world.lock);
		children = p->children_usage;
	}
	{
		GUARD(signal, &p->lock);
		process_usage(p, &u);
	}
	struct abi_tms tms = { (i64)(u.utime_ns / NSEC_PER_TICK), (i64)(u.stime_ns / NSEC_PER_TICK),
			       (i64)(children.utime_ns / NSEC_PER_TICK),
			       (i64)(children.stime_ns / NSEC_PER_TICK) };
	if (a->a0 != 0)
		TRY(user_put(arg_uaddr(a->a0), &tms));
	*ret = (i64)(clock_monotonic_ns() / NSEC_PER_TICK);
	return OK;
}

err_t sys_set_tid_address(struct thread *self, const struct sysargs *a, i64 *ret)
{
	self->clear_child_tid = a->a0;
	*ret = self->tid;
	return OK;
}

enum : u32 { PERSONALITY_QUERY = 0xffffffff };

err_t sys_personality(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct process *p = process_of(self);
	*ret = (i64)atomic_u32_load(&p->personality);
	if ((u32)a->a0 != PERSONALITY_QUERY)
		atomic_u32_store(&p->personality, (u32)a->a0);
	return OK;
}

err_t sys_restart_syscall(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)a;
	const struct restart_ops *ops = self->restart;
	self->restart = nullptr;
	if (ops == nullptr)
		return ERR_INTR;
	struct restart_args args = self->restart_args;
	return ops->again(self, &args, ret);
}
