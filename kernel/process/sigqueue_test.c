/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/ktest.h>

#include "process/internal.h"

static void add(struct process *p, struct pending_set *s, u32 signo, u64 value) HOLDS(signal)
{
	SCOPED_REF(queued_signal, q);
	if (queued_signal_new(&q) != OK)
		return;
	queued_signal_get(&q)->info = (struct siginfo){ .signo = (i32)signo,
							.code = SI_QUEUE,
							.value = value };
	queued_signal_get(&q)->is_queued = true;
	p->queued_signals++;
	s->set |= sigset_bit(signo);
	signal_queue_push_back(&s->queue, queued_signal_move(&q));
}

static void expect_take(struct ktest_ctx *t, struct process *p, u64 signals, u32 signo, u64 value)
	HOLDS(signal)
{
	struct siginfo info = {};
	EXPECT(pending_take(p, &p->common, signals, &info));
	EXPECT_EQ(info.signo, signo);
	EXPECT_EQ(info.value, value);
}

KTEST(signal, faults_first_then_by_number_then_by_age)
{
	SCOPED_REF(process, r);
	REQUIRE_OK(process_new(&r));
	struct process *p = process_get(&r);
	GUARD(signal, &p->lock);
	add(p, &p->common, SIGRTMIN + 1, 1);
	add(p, &p->common, SIGRTMIN + 1, 2);
	add(p, &p->common, SIGRTMIN, 3);
	add(p, &p->common, SIGUSR2, 4);
	add(p, &p->common, SIGSEGV, 5);
	add(p, &p->common, SIGINT, 6);
	EXPECT_EQ(p->queued_signals, 6);
	expect_take(t, p, UINT64_MAX, SIGSEGV, 5);
	expect_take(t, p, UINT64_MAX, SIGINT, 6);
	expect_take(t, p, UINT64_MAX, SIGUSR2, 4);
	expect_take(t, p, UINT64_MAX, SIGRTMIN, 3);
	expect_take(t, p, UINT64_MAX, SIGRTMIN + 1, 1);
	EXPECT_EQ(p->common.set, sigset_bit(SIGRTMIN + 1));
	expect_take(t, p, UINT64_MAX, SIGRTMIN + 1, 2);
	EXPECT_EQ(p->common.set, 0);
	EXPECT_EQ(p->queued_signals, 0);
}

KTEST(signal, only_what_is_asked_for_is_taken)
{
	SCOPED_REF(process, r);
	REQUIRE_OK(process_new(&r));
	struct process *p = process_get(&r);
	struct siginfo info = {};
	GUARD(signal, &p->lock);
	add(p, &p->common, SIGTERM, 1);
	EXPECT(!pending_take(p, &p->common, ~sigset_bit(SIGTERM), &info));
	pending_flush(p, &p->common, sigset_bit(SIGHUP));
	expect_take(t, p, sigset_bit(SIGTERM), SIGTERM, 1);
}

KTEST(signal, flush_takes_slot_and_queue)
{
	SCOPED_REF(process, r);
	REQUIRE_OK(process_new(&r));
	struct process *p = process_get(&r);
	struct siginfo info = {};
	GUARD(signal, &p->lock);
	p->common.set |= sigset_bit(SIGUSR1);
	p->common.slot_signo = SIGUSR1;
	add(p, &p->common, SIGRTMAX, 1);
	pending_flush(p, &p->common, UINT64_MAX);
	EXPECT_EQ(p->common.set, 0);
	EXPECT_EQ(p->queued_signals, 0);
	EXPECT(!pending_take(p, &p->common, UINT64_MAX, &info));
}

KTEST(signal, a_bit_without_an_entry_is_delivered_empty)
{
	SCOPED_REF(process, r);
	REQUIRE_OK(process_new(&r));
	struct process *p = process_get(&r);
	GUARD(signal, &p->lock);
	p->common.set |= sigset_bit(SIGUSR1);
	expect_take(t, p, UINT64_MAX, SIGUSR1, 0);
	EXPECT_EQ(p->common.set, 0);
}

KTEST(signal, siginfo_goes_out_and_comes_back)
{
	struct siginfo in = { .signo = (i32)SIGRTMIN,
			      .code = SI_QUEUE,
			      .pid = 7,
			      .uid = 8,
			      .value = 0x123456789abcdef0 };
	struct siginfo out = {};
	struct abi_siginfo abi = {};
	siginfo_encode(&in, &abi);
	siginfo_decode(&abi, &out);
	EXPECT_EQ(out.signo, in.signo);
	EXPECT_EQ(out.code, in.code);
	EXPECT_EQ(out.pid, 7);
	EXPECT_EQ(out.uid, 8);
	EXPECT_EQ(out.value, in.value);
}

KTEST(signal, actions_are_shared_until_written)
{
	SCOPED_REF(sighand, a);
	SCOPED_REF(sighand, b);
	struct abi_sigaction action = { .handler = 0x1000, .flags = SA_RESTART }, seen = {};
	REQUIRE_OK(sighand_new(&a));
	REQUIRE_OK(sighand_set(sighand_get(&a), SIGUSR1, &action));
	REQUIRE_OK(sighand_copy(sighand_get(&a), &b));
	sighand_read(sighand_get(&b), SIGUSR1, &seen);
	EXPECT_EQ(seen.handler, 0x1000);
	action.handler = SIG_IGN;
	REQUIRE_OK(sighand_set(sighand_get(&b), SIGUSR1, &action));
	sighand_read(sighand_get(&a), SIGUSR1, &seen);
	EXPECT_EQ(seen.handler, 0x1000);
	EXPECT_EQ(atomic_u64_load(&sighand_get(&b)->ignored), sigset_bit(SIGUSR1));
	EXPECT_EQ(atomic_u64_load(&sighand_get(&b)->caught), 0);
	/* exec: what is ignored stays so, handlers go. */
	sighand_reset_caught(sighand_get(&b));
	sighand_read(sighand_get(&b), SIGUSR1, &seen);
	EXPECT_EQ(seen.handler, SIG_IGN);
	sighand_reset_caught(sighand_get(&a));
	sighand_read(sighand_get(&a), SIGUSR1, &seen);
	EXPECT_EQ(seen.handler, SIG_DFL);
}
