/* SPDX-License-Identifier: MPL-2.0 */
/*
 * posix_timer - timers with numbers: timer_create(2) and its kin.
 *
 * Each timer owns one queued_signal, which is either idle or in a pending set; expirations that
 * come meanwhile count as overruns.  Timers on CPU-time clocks are looked at by cputime.c.
 *
 * Lock order: cancelling a timer waits for its callback, which takes the signal lock: never cancel
 * under that lock.
 */
#include "process/internal.h"
#include "process/timers.h"
#include "sched/sched.h"
#include "time/clock.h"

enum : u64 { SHORTEST_PERIOD_NS = 50000 };
enum : u64 { OVERRUN_MAX = INT32_MAX };

struct posix_timer {
	struct object object;
	struct list_link link;
	struct process_ref process IMMUTABLE;
	i32 id IMMUTABLE;
	i32 clock IMMUTABLE;
	i32 notify IMMUTABLE;
	u32 signo IMMUTABLE;
	i32 tid IMMUTABLE;
	u64 value IMMUTABLE;
	struct queued_signal_ref entry IMMUTABLE;
	struct timer timer;
	/* under the process's signal lock */
	bool is_deleted;
	u64 deadline_ns; /* 0: not armed; monotonic, or CPU time used */
	u64 early_ns;	 /* the deadline was so much before 1, where monotonic time begins */
	/* deadline_ns - early_ns + wall_offset_ns is a time of a clock that may be stepped */
	bool is_wall;
	u64 wall_offset_ns;
	u64 interval_ns;
	u64 missed;  /* expirations while the signal was pending */
	u64 overrun; /* of the last delivered signal */
};
LIST_FUNCTIONS(posix_timer_list, posix_timer, link);

static void posix_timer_fini(struct posix_timer *t)
{
	queued_signal_drop(&t->entry);
	process_drop(&t->process);
}
OBJECT_TYPE(posix_timer, posix_timer_fini);

static bool is_cpu_clock(i32 clock)
{
	return clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID;
}

static u64 clock_now(const struct posix_timer *t) HOLDS(signal)
{
	return is_cpu_clock(t->clock) ? process_cpu_ns(process_get(&t->process))
				      : clock_monotonic_ns();
}

static struct thread *receiver(const struct posix_timer *t) HOLDS(signal)
{
	const struct process *p = process_get(&t->process);
	for (struct thread *c = thread_list_first(&p->threads); c != nullptr;
	     c = thread_list_next(c))
		if (c->tid == t->tid)
			return c;
	return nullptr;
}

static void post(struct posix_timer *t) HOLDS(signal)
{
	struct process *p = process_get(&t->process);
	struct thread *to = t->notify == SIGEV_THREAD_ID ? receiver(t) : nullptr;
	if (t->notify == SIGEV_NONE || (t->notify == SIGEV_THREAD_ID && to == nullptr))
		return;
	struct queued_signal *e = queued_signal_get(&t->entry);
	if (e->is_queued) {
		t->missed++;
		return;
	}
	t->missed = 0;
	struct siginfo info = {
		.signo = (i32)t->signo, .code = SI_TIMER, .pid = t->id, .value = t->value
	};
	err_t err = OK;
	signal_post_locked(p, to, &info, queued_signal_clone(e), &err);
}

/* The deadline has passed: tells, and sets the next one if there is an interval. */
static void expire(struct posix_timer *t, u64 now) HOLDS(signal)
{
	u64 late = now - t->deadline_ns + t->early_ns;
	u64 early = t->early_ns;
	t->early_ns = 0;
	post(t);
	if (t->interval_ns == 0) {
		t->deadline_ns = 0;
		return;
	}
	u64 periods = late / t->interval_ns + 1;
	t->missed += periods - 1;
	u64 step = 0;
	if (!ckd_mul(periods, t->interval_ns, &step))
		step = INT64_MAX;
	t->deadline_ns = deadline_after(t->deadline_ns, step - early);
}

static void fired(struct timer *timer)
{
	struct posix_timer *t = TIMER_OWNER(timer, struct posix_timer, timer);
	GUARD(signal, &process_get(&t->process)->lock);
	u64 now = clock_monotonic_ns();
	if (t->is_deleted || t->deadline_ns == 0)
		return;
	if (t->deadline_ns <= now)
		expire(t, now);
	if (t->deadline_ns != 0)
		timer_arm(timer, max_of(t->deadline_ns, now + SHORTEST_PERIOD_NS));
}

void posix_timers_cpu(struct process *p)
{
	u64 used = process_cpu_ns(p);
	for (struct posix_timer *t = posix_timer_list_first(&p->posix_timers); t != nullptr;
	     t = posix_timer_list_next(t))
		if (is_cpu_clock(t->clock) && t->deadline_ns != 0 && t->deadline_ns <= used)
			expire(t, used);
}

/* time is of a clock that is ahead of the one that we count by. */
static void set_deadline(struct posix_timer *t, u64 time, u64 offset) HOLDS(signal)
{
	bool is_early = time <= offset;
	t->deadline_ns = is_early ? 1 : time - offset;
	t->early_ns = is_early ? offset - time + 1 : 0;
	t->wall_offset_ns = offset;
}

static void follow_step(struct posix_timer *t) HOLDS(signal)
{
	u64 offset = clock_wall_offset_ns(t->clock);
	if (!t->is_wall || t->deadline_ns == 0 || offset == t->wall_offset_ns)
		return;
	set_deadline(t, wrap_add(t->deadline_ns, t->wall_offset_ns) - t->early_ns, offset);
	timer_arm(&t->timer, t->deadline_ns);
}

void posix_timers_stepped(void)
{
	for (i32 pid = 0;;) {
		SCOPED_REF(process, p);
		if (!process_next(pid, &p))
			return;
		pid = process_get(&p)->pid;
		GUARD(signal, &process_get(&p)->lock);
		for (struct posix_timer *t = posix_timer_list_first(&process_get(&p)->posix_timers);
		     t != nullptr; t = posix_timer_list_next(t))
			follow_step(t);
	}
}

static struct posix_timer *find(struct process *p, i32 id) HOLDS(signal)
{
	for (struct posix_timer *t = posix_timer_list_first(&p->posix_timers); t != nullptr;
	     t = posix_timer_list_next(t))
		if (t->id == id)
			return t;
	return nullptr;
}

void posix_timer_delivered(struct process *p, struct siginfo *info)
{
	struct posix_timer *t = find(p, info->pid);
	if (t == nullptr)
		return;
	t->overrun = min_of(t->missed, (u64)OVERRUN_MAX);
	t->missed = 0;
	info->status = (i32)t->overrun;
}

void posix_timers_drop(struct process *p)
{
	for (;;) {
		SCOPED_REF(posix_timer, t);
		{
			GUARD(signal, &p->lock);
			if (!posix_timer_list_pop_front(&p->posix_timers, &t))
				return;
			posix_timer_get(&t)->is_deleted = true;
		}
		(void)timer_cancel(&posix_timer_get(&t)->timer);
	}
}

/* ---- what the system calls ask for ---- */

err_t posix_timer_check(struct thread *self, const struct abi_sigevent *ev)
{
	switch (ev->notify) {
	case SIGEV_NONE:
		return OK;
	case SIGEV_SIGNAL:
		break;
	case SIGEV_THREAD_ID: {
		SCOPED_REF(thread, t);
		if (!thread_find(ev->tid, &t) || process_of(thread_get(&t)) != process_of(self))
			return ERR_INVAL;
		break;
	}
	default:
		return ERR_INVAL;
	}
	return ev->signo > 0 && ev->signo <= (i32)NSIG ? OK : ERR_INVAL;
}

static err_t posix_timer_new(struct thread *self, i32 clock, const struct abi_sigevent *ev, i32 id,
			     struct posix_timer_ref *out)
{
	SCOPED_REF(posix_timer, r);
	TRY(posix_timer_alloc(&r));
	struct posix_timer *t = posix_timer_get(&r);
	TRY(queued_signal_new(&t->entry));
	queued_signal_get(&t->entry)->is_timer = true;
	t->process = process_clone(process_of(self));
	t->clock = clock;
	t->notify = ev->notify;
	t->signo = (u32)ev->signo;
	t->tid = ev->tid;
	t->value = ev->value;
	t->id = id;
	timer_init(&t->timer, fired);
	*out = posix_timer_move(&r);
	return OK;
}

i32 posix_timer_take_id(struct process *p)
{
	GUARD(signal, &p->lock);
	i32 id = p->next_timer_id;
	p->next_timer_id = id == INT32_MAX ? 0 : id + 1;
	return id;
}

err_t posix_timer_create(struct thread *self, i32 clock, const struct abi_sigevent *ev, i32 id)
{
	struct process *p = process_of(self);
	SCOPED_REF(posix_timer, t);
	TRY(posix_timer_new(self, clock, ev, id, &t));
	GUARD(signal, &p->lock);
	/* Each holds the entry of a signal: timer_create(2), setrlimit(2). */
	if (posix_timer_list_count(&p->posix_timers) >=
	    atomic_u64_load(&p->limits.soft[RLIMIT_SIGPENDING]))
		return ERR_AGAIN;
	posix_timer_list_push_back(&p->posix_timers, posix_timer_move(&t));
	if (is_cpu_clock(clock))
		atomic_u32_store(&p->has_cpu_timers, 1);
	return OK;
}

static err_t lookup(struct thread *self, i32 id, struct posix_timer_ref *out)
{
	struct process *p = process_of(self);
	GUARD(signal, &p->lock);
	struct posix_timer *t = find(p, id);
	if (t == nullptr)
		return ERR_INVAL;
	*out = posix_timer_clone(t);
	return OK;
}

static void read_timer(struct posix_timer *t, struct timer_value *out)
{
	GUARD(signal, &process_get(&t->process)->lock);
	u64 now = clock_now(t);
	u64 left = 0;
	if (t->deadline_ns > now)
		left = t->deadline_ns - now;
	else if (t->deadline_ns != 0)
		left = t->notify == SIGEV_NONE && t->interval_ns == 0 ? 0 : 1;
	*out = (struct timer_value){ left, t->interval_ns };
}

err_t posix_timer_read(struct thread *self, i32 id, struct timer_value *out)
{
	SCOPED_REF(posix_timer, r);
	TRY(lookup(self, id, &r));
	read_timer(posix_timer_get(&r), out);
	return OK;
}

static void set_timer(struct posix_timer *t, u64 value, u64 interval, bool is_absolute)
{
	GUARD(signal, &process_get(&t->process)->lock);
	t->interval_ns = interval;
	t->missed = 0;
	t->deadline_ns = 0;
	t->is_wall = false;
	if (value == 0 || t->is_deleted)
		return;
	t->is_wall = is_absolute && (t->clock == CLOCK_REALTIME || t->clock == CLOCK_TAI);
	if (!is_absolute)
		value = deadline_after(clock_now(t), value);
	set_deadline(t, value, t->is_wall ? clock_wall_offset_ns(t->clock) : 0);
	if (!is_cpu_clock(t->clock))
		timer_arm(&t->timer, t->deadline_ns);
}

err_t posix_timer_arm(struct thread *self, i32 id, const struct timer_value *v, bool is_absolute,
		      struct timer_value *old)
{
	SCOPED_REF(posix_timer, r);
	TRY(lookup(self, id, &r));
	struct posix_timer *t = posix_timer_get(&r);
	if (old != nullptr)
		read_timer(t, old);
	/* A callback that runs meanwhile goes by what is set. */
	set_timer(t, v->left_ns, v->interval_ns, is_absolute);
	if (v->left_ns == 0)
		(void)timer_cancel(&t->timer);
	return OK;
}

err_t posix_timer_overrun(struct thread *self, i32 id, i64 *count)
{
	SCOPED_REF(posix_timer, r);
	TRY(lookup(self, id, &r));
	struct posix_timer *t = posix_timer_get(&r);
	GUARD(signal, &process_of(self)->lock);
	*count = (i64)t->overrun;
	return OK;
}

err_t posix_timer_delete(struct thread *self, i32 id)
{
	struct process *p = process_of(self);
	SCOPED_REF(posix_timer, taken);
	{
		GUARD(signal, &p->lock);
		struct posix_timer *t = find(p, id);
		if (t == nullptr)
			return ERR_INVAL;
		t->is_deleted = true;
		taken = posix_timer_list_remove(&p->posix_timers, t);
	}
	(void)timer_cancel(&posix_timer_get(&taken)->timer);
	return OK;
}
