/* SPDX-License-Identifier: MPL-2.0 */
/*
 * poll_select - select(2), pselect6(2).
 *
 * The three sets of the caller and the three answers stand one behind the other in one piece of
 * memory, as words of 64 descriptors: word w of set s is at s * words + w, of its answer at (3 + s)
 * * words + w.
 */
#include "syscall/handlers_poll.h"

#include "process/signal.h"
#include "process/thread.h"
#include "syscall/poll_wait.h"
#include "time/clock.h"

enum : usize { SETS = 3, WORD = 8, BITS = 64, INLINE_WORDS = 8 };
static struct span word_span(const struct poll_asker *a, usize set, usize word)
{
	return span_sub(a->memory, (set * (a->count / BITS) + word) * WORD, WORD);
}

static u64 get_word(const struct poll_asker *a, usize set, usize word)
{
	u64 v = 0;
	span_copy(span_of(v), span_const(word_span(a, set, word)));
	return v;
}

static void put_word(const struct poll_asker *a, usize set, usize word, u64 v)
{
	span_copy(word_span(a, set, word), cspan_of(v));
}

/* The slow way, for one file.  ERR_BADF when it is not open; one of open(2) with O_PATH cannot be
 * asked. */
static err_t ask_fd(struct fdtable *files, i32 fd, struct poll_wait *w, u32 *events)
{
	SCOPED_REF(file, f);
	if (fd_get(files, fd, &f) == OK) {
		*events = w == nullptr ? file_poll(file_get(&f), nullptr)
				       : poll_wait_file(w, file_move(&f));
		return OK;
	}
	*events = POLLNVAL;
	return fd_get_any(files, fd, &f);
}

static err_t ask_word(struct fdtable *files, struct fd_select *s, struct poll_wait *w)
{
	for (;;) {
		if (w == nullptr)
			fd_select_ready(files, s);
		if (s->left == 0)
			return OK;
		u32 events = 0;
		i32 i = (i32)bits_first(s->left);
		TRY(ask_fd(files, (i32)s->base + i, w, &events));
		fd_select_answer(s, (u64)1 << i, events);
		s->left &= s->left - 1;
	}
}

static u32 count_bits(u64 v)
{
	u32 n = 0;
	for (; v != 0; v &= v - 1)
		n++;
	return n;
}

static err_t ask_all(struct fdtable *files, const struct poll_asker *a, struct poll_wait *w,
		     u32 *found)
{
	*found = 0;
	for (usize word = 0; word < a->count / BITS; word++) {
		u64 read = get_word(a, 0, word), write = get_word(a, 1, word),
		    except = get_word(a, 2, word);
		struct fd_select s = { .base = word * BITS, .left = read | write | except };
		TRY(ask_word(files, &s, w));
		put_word(a, SETS + 0, word, s.read & read);
		put_word(a, SETS + 1, word, s.write & write);
		put_word(a, SETS + 2, word, s.except & except);
		*found += count_bits(s.read & read) + count_bits(s.write & write) +
			  count_bits(s.except & except);
	}
	return OK;
}

static const struct poll_asker_ops select_ops = { ask_all };

/* What select(2) is given. */
struct select_args {
	i32 count;
	struct uaddr set[SETS];
};

static err_t get_sets(const struct select_args *args, const struct poll_asker *a, u32 count)
{
	usize words = a->count / BITS;
	for (usize s = 0; s < SETS; s++) {
		struct uaddr user = array_at(args->set, s);
		if (uaddr_is_null(user) || words == 0)
			continue;
		TRY(user_read(user, span_sub(a->memory, s * words * WORD, words * WORD)));
		if (count % BITS != 0) {
			u64 last = get_word(a, s, words - 1) & (((u64)1 << count % BITS) - 1);
			put_word(a, s, words - 1, last);
		}
	}
	return OK;
}

static err_t put_sets(const struct select_args *args, const struct poll_asker *a)
{
	usize words = a->count / BITS;
	for (usize s = 0; s < SETS; s++) {
		struct uaddr user = array_at(args->set, s);
		if (uaddr_is_null(user) || words == 0)
			continue;
		TRY(user_write(user, span_const(span_sub(a->memory, (SETS + s) * words * WORD,
							 words * WORD))));
	}
	return OK;
}

static err_t select_in(struct thread *self, const struct select_args *args, struct span memory,
		       u32 count, const struct poll_deadline *d, i64 *ret)
{
	struct poll_asker asker = { .ops = &select_ops,
				    .count = (count + BITS - 1) / BITS * BITS,
				    .memory = memory };
	u32 found = 0;
	TRY(get_sets(args, &asker, count));
	TRY(poll_rounds(self, &asker, d, &found));
	TRY(put_sets(args, &asker));
	*ret = found;
	return OK;
}

/* Descriptors beyond the table cannot be open, and Linux does not look at their bits. */
static err_t select_common(struct thread *self, const struct select_args *args,
			   const struct poll_deadline *d, i64 *ret)
{
	if (args->count < 0)
		return ERR_INVAL;
	u32 slots = max_of(fdtable_size(thread_files(self)), (u32)BITS);
	u32 count = min_of((u32)args->count, slots);
	usize words = (count + BITS - 1) / BITS;
	if (words <= INLINE_WORDS) {
		u8 memory[2 * SETS * INLINE_WORDS * WORD] = {};
		return select_in(self, args, span_sub(span_of(memory), 0, 2 * SETS * words * WORD),
				 count, d, ret);
	}
	SCOPED_BUF(memory);
	TRY(buf_alloc(2 * SETS * words * WORD, &memory));
	return select_in(self, args, buf_span(&memory), count, d, ret);
}

static struct select_args select_decode(const struct sysargs *a)
{
	return (struct select_args){ arg_int(a->a0),
				     { arg_uaddr(a->a1), arg_uaddr(a->a2), arg_uaddr(a->a3) } };
}

enum time_form : u8 { TIMEVAL, TIMESPEC };

/* Tells the caller what is left of its timeout.  Memory that refuses it makes a restart impossible.
 */
static err_t put_left(struct uaddr user, enum time_form form, const struct poll_deadline *d,
		      err_t err)
{
	if (uaddr_is_null(user) || d->is_zero)
		return err;
	u64 left = poll_deadline_left(d);
	struct abi_timespec ts = timespec_of_ns(left);
	struct abi_timeval tv = timeval_of_ns(left);
	err_t put = form == TIMEVAL ? user_put(user, &tv) : user_put(user, &ts);
	return put != OK && err == ERR_RESTART_NOHAND ? ERR_INTR : err;
}

/* Microseconds may exceed a second here, unlike everywhere else. */
static err_t timeval_normal(const struct abi_timeval *tv, struct abi_timespec *ts)
{
	ts->nsec = tv->usec % 1000000 * 1000;
	return ckd_add(tv->sec, tv->usec / 1000000, &ts->sec) ? OK : ERR_INVAL;
}

err_t sys_select(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct uaddr timeout = arg_uaddr(a->a4);
	struct poll_deadline d = { NO_DEADLINE, false };
	struct select_args args = select_decode(a);
	if (!uaddr_is_null(timeout)) {
		struct abi_timeval tv = {};
		struct abi_timespec ts = {};
		u64 ns = 0;
		TRY(user_get(timeout, &tv));
		TRY(timeval_normal(&tv, &ts));
		TRY(timespec_to_ns(&ts, &ns));
		d = poll_deadline_after(ns);
	}
	return put_left(timeout, TIMEVAL, &d, select_common(self, &args, &d, ret));
}

/* The sixth argument points to the mask and its size. */
struct abi_sigset_arg {
	u64 set, size;
};

err_t sys_pselect6(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct uaddr timeout = arg_uaddr(a->a4);
	struct uaddr mask = arg_uaddr(a->a5);
	struct poll_deadline d = { NO_DEADLINE, false };
	struct select_args args = select_decode(a);
	struct abi_sigset_arg sigset = {};
	if (!uaddr_is_null(mask))
		TRY(user_get(mask, &sigset));
	if (!uaddr_is_null(timeout)) {
		struct abi_timespec ts = {};
		u64 ns = 0;
		TRY(user_get(timeout, &ts));
		TRY(timespec_to_ns(&ts, &ns));
		d = poll_deadline_after(ns);
	}
	TRY(signal_set_temporary_mask(self, uaddr_of(sigset.set), sigset.size));
	return put_left(timeout, TIMESPEC, &d, select_common(self, &args, &d, ret));
}
