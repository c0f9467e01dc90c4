/* SPDX-License-Identifier: MPL-2.0 */
/*
 * poll_select - select(2), pselect6(2).
 *
 * The three sets of the caller and the three answers stand one behind the other in one piece of memory, as words of 64
 * descriptors: word w of set s is at s * words + w, of its answer at (3 + s) * words + w.
 */
#include "syscall/handlers_poll.h"

#include "process/signal.h"
#include "process/thread.h"
#include "syscall/poll_wait.h"
#include "time/clock.h"

enum : usize { SETS = 3, WORD = 8, BITS = 64, INLINE_WORDS = 8 };
enum : u32 {
	READ_EVENTS = POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP | POLLERR | POLLNVAL,
	WRITE_EVENTS = POLLWRBAND | POLLWRNORM | POLLOUT | POLLERR | POLLNVAL,
	EXCEPT_EVENTS = POLLPRI | POLLNVAL,
};

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

/* One word of descriptors: what of in holds is left in it. */
struct select_word {
	u64 read, write, except;
};
enum : usize { PIECE = 32 };

/* The slow way, for one file.  ERR_BADF when it is not open; one of open(2) with O_PATH cannot be asked. */
static err_t ask_fd(struct fdtable *files, i32 fd, struct poll_wait *w, u32 *events)
{
	SCOPED_REF(file, f);
	if (fd_get(files, fd, &f) == OK) {
		*events = w == nullptr ? file_poll(file_get(&f), nullptr) : poll_wait_file(w, file_move(&f));
		return OK;
	}
	*events = POLLNVAL;
	return fd_get_any(files, fd, &f);
}

static err_t ask_piece(struct fdtable *files, struct fd_poll *p, struct poll_wait *w)
{
	while (p->at != p->count) {
		if (w == nullptr)
			fd_poll_ready(files, p);
		if (p->at == p->count)
			break;
		struct abi_pollfd *one = pollfds_at(p->fds, p->at);
		u32 events = 0;
		TRY(ask_fd(files, one->fd, w, &events));
		fd_poll_answer(p, one, events);
	}
	return OK;
}

/* fds[i] was asked for the i-th bit of asked; sets the bits of out that hold. */
static err_t take_answers(struct fdtable *files, const struct fd_poll *p, u64 base, struct select_word *out)
{
	for (u64 left = p->changed; left != 0; left &= left - 1) {
		const struct abi_pollfd *one = pollfds_at(p->fds, (usize)__builtin_ctzll(left));
		u64 bit = (u64)1 << ((u64)one->fd - base);
		u32 events = one->revents;
		SCOPED_REF(file, f);
		if ((events & POLLNVAL) != 0)
			TRY(fd_get_any(files, one->fd, &f));
		out->read |= (events & READ_EVENTS) != 0 ? bit : 0;
		out->write |= (events & WRITE_EVENTS) != 0 ? bit : 0;
		out->except |= (events & EXCEPT_EVENTS) != 0 ? bit : 0;
	}
	return OK;
}

static err_t ask_word(struct fdtable *files, u64 base, struct select_word *in, struct poll_wait *w)
{
	struct select_word out = {};
	u64 left = in->read | in->write | in->except;
	while (left != 0) {
		struct abi_pollfd piece[PIECE] = {};
		struct fd_poll p = { .fds = SPAN_OF_ARRAY(pollfds, piece) };
		for (; left != 0 && p.count < PIECE; left &= left - 1) {
			u64 i = (u64)__builtin_ctzll(left), bit = left & -left;
			u32 events = (in->read & bit) != 0 ? READ_EVENTS : 0;
			events |= (in->write & bit) != 0 ? WRITE_EVENTS : 0;
			events |= (in->except & bit) != 0 ? EXCEPT_EVENTS : 0;
			array_at(piece, p.count++) = (struct abi_pollfd){ (i32)(base + i), (u16)events, 0 };
		}
		TRY(ask_piece(files, &p, w));
		TRY(take_answers(files, &p, base, &out));
	}
	in->read &= out.read;
	in->write &= out.write;
	in->except &= out.except;
	return OK;
}

static err_t ask_all(struct fdtable *files, const struct poll_asker *a, struct poll_wait *w, u32 *found)
{
	u32 bits = 0;
	for (usize word = 0; word < a->count / BITS; word++) {
		struct select_word sw = { get_word(a, 0, word), get_word(a, 1, word), get_word(a, 2, word) };
		TRY(ask_word(files, word * BITS, &sw, w));
		bits += (u32)__builtin_popcountll(sw.read) + (u32)__builtin_popcountll(sw.write) +
			(u32)__builtin_popcountll(sw.except);
		put_word(a, SETS + 0, word, sw.read);
		put_word(a, SETS + 1, word, sw.write);
		put_word(a, SETS + 2, word, sw.except);
	}
	*found = bits;
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
		TRY(user_write(user, span_const(span_sub(a->memory, (SETS + s) * words * WORD, words * WORD))));
	}
	return OK;
}

static err_t select_in(struct thread *self, const struct select_args *args, struct span memory, u32 count,
		       const struct poll_deadline *d, i64 *ret)
{
	struct poll_asker asker = {
		.ops = &select_ops, .count = (count + BITS - 1) / BITS * BITS, .memory = memory
	};
	u32 found = 0;
	TRY(get_sets(args, &asker, count));
	TRY(poll_rounds(self, &asker, d, &found));
	TRY(put_sets(args, &asker));
	*ret = found;
	return OK;
}

/* Descriptors beyond the table cannot be open, and Linux does not look at their bits. */
static err_t select_common(struct thread *self, const struct select_args *args, const struct poll_deadline *d,
			   i64 *ret)
{
	if (args->count < 0)
		return ERR_INVAL;
	u32 slots = max_of(fdtable_size(thread_files(self)), (u32)BITS);
	u32 count = min_of((u32)args->count, slots);
	usize words = (count + BITS - 1) / BITS;
	if (words <= INLINE_WORDS) {
		u8 memory[2 * SETS * INLINE_WORDS * WORD] = {};
		return select_in(self, args, span_sub(span_of(memory), 0, 2 * SETS * words * WORD), count, d, ret);
	}
	SCOPED_BUF(memory);
	TRY(buf_alloc(2 * SETS * words * WORD, &memory));
	return select_in(self, args, buf_span(&memory), count, d, ret);
}

static struct select_args select_decode(const struct sysargs *a)
{
	return (struct select_args){ arg_int(a->a0), { arg_uaddr(a->a1), arg_uaddr(a->a2), arg_uaddr(a->a3) } };
}

enum time_form : u8 { TIMEVAL, TIMESPEC };

/* Tells the caller what is left of its timeout.  Memory that refuses it makes a restart impossible. */
static err_t put_left(struct uaddr user, enum time_form form, const struct poll_deadline *d, err_t err)
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

SYSCALL(select)
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

SYSCALL(pselect6)
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
