/* SPDX-License-Identifier: MPL-2.0 */
/*
 * sigqueue - pending sets: a bit per signal and, beside it, what is known about each instance.
 *
 * S1: bit n-1 of `set` is set iff signal n is pending.  Every entry of the queue has its bit set; a
 * standard signal may have its bit without an entry: then the slot tells of it or, without memory
 * when it was sent, nothing does and it is delivered with an empty siginfo. S2: p->queued_signals
 * == entries in the queues of p and its threads, timers' own entries aside.
 */
#include "process/internal.h"

static void queued_signal_fini(struct queued_signal *q)
{
	(void)q;
}
OBJECT_TYPE(queued_signal, queued_signal_fini);

err_t queued_signal_new(struct queued_signal_ref *out)
{
	return queued_signal_alloc(out);
}

static void unqueue(struct process *p, struct pending_set *s, struct queued_signal *q,
		    struct queued_signal_ref *out) HOLDS(signal)
{
	*out = signal_queue_remove(&s->queue, q);
	q->is_queued = false;
	if (!q->is_timer)
		p->queued_signals--;
}

void pending_flush(struct process *p, struct pending_set *s, u64 signals)
{
	if ((s->set & signals) == 0)
		return;
	s->set &= ~signals;
	if (s->slot_signo != 0 && (sigset_bit(s->slot_signo) & signals) != 0)
		s->slot_signo = 0;
	struct queued_signal *next = nullptr;
	for (struct queued_signal *q = signal_queue_first(&s->queue); q != nullptr; q = next) {
		next = signal_queue_next(q);
		SCOPED_REF(queued_signal, gone);
		if ((sigset_bit((u32)q->info.signo) & signals) != 0)
			unqueue(p, s, q, &gone);
	}
}

/* Faults first, then the lowest number: signal(7). */
static u32 choose(u64 ready)
{
	u64 faults = ready & SIGNALS_FAULT;
	return bits_first(faults != 0 ? faults : ready) + 1;
}

/* The oldest entry of signo, if it has one. */
static void take_queued(struct process *p, struct pending_set *s, u32 signo, struct siginfo *out)
	HOLDS(signal)
{
	SCOPED_REF(queued_signal, taken);
	bool more = false;
	for (struct queued_signal *q = signal_queue_first(&s->queue); q != nullptr;) {
		struct queued_signal *next = signal_queue_next(q);
		if (q->info.signo == (i32)signo) {
			if (!queued_signal_is_null(&taken)) {
				more = true;
				break;
			}
			unqueue(p, s, q, &taken);
		}
		q = next;
	}
	if (!more)
		s->set &= ~sigset_bit(signo);
	if (queued_signal_is_null(&taken))
		*out = (struct siginfo){ .signo = (i32)signo, .code = SI_USER };
	else
		*out = queued_signal_get(&taken)->info;
	if (out->code == SI_TIMER)
		posix_timer_delivered(p, out);
}

bool pending_take(struct process *p, struct pending_set *s, u64 signals, struct siginfo *out)
{
	u64 ready = s->set & signals;
	if (ready == 0)
		return false;
	u32 signo = choose(ready);
	if (likely(signo == s->slot_signo)) {
		*out = s->slot;
		s->slot_signo = 0;
		s->set &= ~sigset_bit(signo);
		return true;
	}
	take_queued(p, s, signo, out);
	return true;
}

/* ---- siginfo_t: sigaction(2) ---- */

enum siginfo_layout : u8 {
	LAYOUT_KILL,
	LAYOUT_QUEUE,
	LAYOUT_TIMER,
	LAYOUT_CHILD,
	LAYOUT_FAULT,
	LAYOUT_POLL
};

static enum siginfo_layout layout_of(i32 signo, i32 code)
{
	if (code == SI_TIMER)
		return LAYOUT_TIMER;
	if (code == SI_SIGIO)
		return LAYOUT_POLL;
	if (code == SI_USER || code == SI_TKILL || code == SI_KERNEL)
		return LAYOUT_KILL;
	if (code < 0)
		return LAYOUT_QUEUE;
	if (signo == (i32)SIGCHLD)
		return LAYOUT_CHILD;
	if (signo == (i32)SIGIO)
		return LAYOUT_POLL;
	if (signo > 0 && signo <= (i32)NSIG && (sigset_bit((u32)signo) & SIGNALS_FAULT) != 0)
		return LAYOUT_FAULT;
	return LAYOUT_KILL;
}

static void put_u64(struct abi_siginfo *s, u32 word, u64 v)
{
	array_at(s->words, word) = (u32)v;
	array_at(s->words, word + 1) = (u32)(v >> 32);
}

static u64 get_u64(const struct abi_siginfo *s, u32 word)
{
	return (u64)array_at(s->words, word + 1) << 32 | array_at(s->words, word);
}

void siginfo_encode(const struct siginfo *in, struct abi_siginfo *out)
{
	*out = (struct abi_siginfo){ .signo = in->signo, .error = in->error, .code = in->code };
	switch (layout_of(in->signo, in->code)) {
	case LAYOUT_KILL:
		out->words[0] = (u32)in->pid;
		out->words[1] = in->uid;
		break;
	case LAYOUT_QUEUE:
		out->words[0] = (u32)in->pid;
		out->words[1] = in->uid;
		put_u64(out, 2, in->value);
		break;
	case LAYOUT_TIMER:
		out->words[0] = (u32)in->pid;
		out->words[1] = (u32)in->status;
		put_u64(out, 2, in->value);
		break;
	case LAYOUT_CHILD:
		out->words[0] = (u32)in->pid;
		out->words[1] = in->uid;
		out->words[2] = (u32)in->status;
		put_u64(out, 4, (u64)in->utime);
		put_u64(out, 6, (u64)in->stime);
		break;
	case LAYOUT_FAULT:
		put_u64(out, 0, in->addr);
		break;
	case LAYOUT_POLL:
		put_u64(out, 0, in->value);
		out->words[2] = (u32)in->status;
		break;
	}
}

/* What rt_sigqueueinfo(2) hands in: codes below 0 only, but for a caller's message to itself. */
void siginfo_decode(const struct abi_siginfo *in, struct siginfo *out)
{
	*out = (struct siginfo){ .signo = in->signo, .error = in->error, .code = in->code };
	switch (layout_of(in->signo, in->code)) {
	case LAYOUT_KILL:
	case LAYOUT_QUEUE:
	case LAYOUT_CHILD:
		out->pid = (i32)in->words[0];
		out->uid = in->words[1];
		out->value = get_u64(in, 2);
		out->status = (i32)in->words[2];
		out->utime = (i64)get_u64(in, 4);
		out->stime = (i64)get_u64(in, 6);
		break;
	case LAYOUT_TIMER:
		out->pid = (i32)in->words[0];
		out->status = (i32)in->words[1];
		out->value = get_u64(in, 2);
		break;
	case LAYOUT_FAULT:
		out->addr = get_u64(in, 0);
		break;
	case LAYOUT_POLL:
		out->value = get_u64(in, 0);
		out->status = (i32)in->words[2];
		break;
	}
}
