/* SPDX-License-Identifier: MPL-2.0 */
/* fdtable - descriptor numbers and what they name. */
#include "fs/fdtable_impl.h"

#include "fs/flock.h"
#include "fs/vfs.h"

/* close(2): a process loses its POSIX locks on a file with any descriptor of it. */
static err_t fd_close_file(u64 table_id, struct file_ref *f)
{
	struct file_ref held CLEANUP(file_drop) = file_move(f);
	struct file *file = file_get(&held);
	if ((file->mode & FILE_PATH) != 0)
		return OK;
	err_t e = file_flush(file);
	if (file_has_path(file)) {
		struct inode *i = file_inode(file);
		if (atomic_u32_load(&i->has_locks) != 0)
			flock_forget(i, FLOCK_POSIX, table_id);
	}
	return e;
}

static bool fd_entry_is_free(const struct fd_entry *e)
{
	return file_is_null(&e->file) && !e->reserved;
}

/* Entry i was made free. */
static void fd_free(struct fdtable *t, usize i) HOLDS(fdtable)
{
	t->lowest = min_of(t->lowest, i);
	while (t->used > 0 && fd_entry_is_free(fd_vec_at(&t->entries, t->used - 1)))
		t->used--; /* T2 */
}

/* Takes the file out of entry i and frees the number; false when it names none. */
static bool fd_take(struct fdtable *t, usize i, struct file_ref *out) HOLDS(fdtable)
{
	if (i >= t->used)
		return false;
	struct fd_entry *e = fd_vec_at(&t->entries, i);
	if (file_is_null(&e->file))
		return false;
	*out = file_move(&e->file);
	e->cloexec = false;
	fd_free(t, i);
	return true;
}

static void fdtable_fini(struct fdtable *t)
{
	for (;;) {
		SCOPED_REF(file, f);
		{
			GUARD(fdtable, &t->lock);
			usize last = t->used;
			if (last == 0 || !fd_take(t, last - 1, &f)) {
				fd_vec_drop(&t->entries);
				return;
			}
		}
		(void)fd_close_file(t->id, &f);
	}
}
OBJECT_TYPE(fdtable, fdtable_fini);

static err_t fdtable_make(usize size, struct fdtable_ref *out)
{
	shared static struct atomic_u64 last_id;
	SCOPED_REF(fdtable, ref);
	TRY(fdtable_alloc(&ref));
	struct fdtable *t = fdtable_get(&ref);
	t->id = atomic_u64_add(&last_id, 1) + 1;
	{
		GUARD(fdtable, &t->lock);
		TRY(fd_vec_resize(&t->entries, size));
	}
	*out = fdtable_move(&ref);
	return OK;
}

err_t fdtable_new(struct fdtable_ref *out)
{
	return fdtable_make(FD_FIRST_SIZE, out);
}

/* Copies what is published; false when `to` is too small. */
static bool fdtable_copy(struct fdtable *from, struct fdtable *to)
{
	struct fd_vec copies = {};
	{
		GUARD(fdtable, &to->lock);
		copies = fd_vec_move(&to->entries);
	}
	usize used = 0, lowest = 0;
	bool fits = false;
	{
		GUARD(fdtable, &from->lock);
		fits = from->used <= fd_vec_len(&copies);
		lowest = from->lowest;
		for (usize i = 0; fits && i < from->used; i++) {
			const struct fd_entry *e = fd_vec_at(&from->entries, i);
			if (file_is_null(&e->file)) {
				lowest = min_of(lowest, i);
				continue;
			}
			struct fd_entry *copy = fd_vec_at(&copies, i);
			copy->file = file_clone(file_get(&e->file));
			copy->cloexec = e->cloexec;
			used = i + 1;
		}
	}
	GUARD(fdtable, &to->lock);
	to->entries = fd_vec_move(&copies);
	to->used = used;
	to->lowest = lowest;
	return fits;
}

err_t fdtable_fork(struct fdtable *from, struct fdtable_ref *out)
{
	for (;;) {
		usize size = FD_FIRST_SIZE;
		{
			GUARD(fdtable, &from->lock);
			while (size < from->used)
				size *= 2;
		}
		SCOPED_REF(fdtable, copy);
		TRY(fdtable_make(size, &copy));
		if (fdtable_copy(from, fdtable_get(&copy))) {
			*out = fdtable_move(&copy);
			return OK;
		}
	}
}

err_t fd_get_any(struct fdtable *t, i32 fd, struct file_ref *out)
{
	return fd_find(t, fd, out);
}

err_t fd_get(struct fdtable *t, i32 fd, struct file_ref *out)
{
	return fd_get_inline(t, fd, out);
}

enum : u32 { ASK = 1u << 31 }; /* only the poll operation knows */

/* What the file of fd says without being asked; used is t->used. */
ALWAYS_INLINE u32 fd_ready(const struct fdtable *t, usize used, usize fd) HOLDS(fdtable)
{
	if (unlikely(fd >= used))
		return POLLNVAL;
	const struct file *f = file_get_or_null(&fd_vec_at(&t->entries, fd)->file);
	if (unlikely(f == nullptr))
		return POLLNVAL;
	const struct pollable *p = pollable_get_or_null(&f->pollable);
	if (unlikely(p == nullptr))
		return ASK;
	u32 events = atomic_u32_load_acquire(&p->events);
	return unlikely((events & f->poll_ask) != 0) ? ASK : events & f->poll_mask;
}

void fd_poll_ready(struct fdtable *t, struct fd_poll *s)
{
	struct pollfds fds = s->fds;
	usize count = s->count;
	GUARD(fdtable, &t->lock);
	usize used = t->used;
	for (usize i = s->at; i < count; i++) {
		struct abi_pollfd *p = pollfds_at(fds, i);
		u32 events = 0;
		if (likely(p->fd >= 0))
			events = fd_ready(t, used, (usize)p->fd);
		events &= p->events | (POLLERR | POLLHUP | POLLNVAL | ASK);
		if (likely((events | p->revents) == 0))
			continue;
		s->at = i;
		if ((events & ASK) != 0)
			return;
		fd_poll_answer(s, p, events);
	}
	s->at = count;
}

void fd_select_ready(struct fdtable *t, struct fd_select *s)
{
	u64 left = s->left;
	usize base = s->base;
	GUARD(fdtable, &t->lock);
	usize used = t->used;
	while (left != 0) {
		u64 bit = left & -left;
		u32 events = fd_ready(t, used, base + bits_first(left));
		if (unlikely(events != 0)) {
			if ((events & (ASK | POLLNVAL)) != 0)
				break;
			fd_select_answer(s, bit, events);
		}
		left &= ~bit;
	}
	s->left = left;
}

/* Makes entry i exist. */
static err_t fd_grow(struct fdtable *t, usize i) HOLDS(fdtable)
{
	usize len = fd_vec_len(&t->entries);
	if (i < len)
		return OK;
	while (len <= i)
		len = len == 0 ? FD_FIRST_SIZE : len * 2;
	return fd_vec_resize(&t->entries, len);
}

static err_t fd_find_free(struct fdtable *t, usize from, u64 limit, usize *out) HOLDS(fdtable)
{
	usize i = max_of(from, t->lowest);
	while (i < t->used && !fd_entry_is_free(fd_vec_at(&t->entries, i)))
		i++;
	if (i >= limit || i >= FD_MAX)
		return ERR_MFILE;
	TRY(fd_grow(t, i));
	if (from <= t->lowest)
		t->lowest = i + 1; /* T1 */
	t->used = max_of(t->used, i + 1);
	*out = i;
	return OK;
}

err_t fd_reserve(struct fdtable *t, i32 from, u64 limit, struct fd_slot *out)
{
	usize i = 0;
	{
		GUARD(fdtable, &t->lock);
		TRY(fd_find_free(t, (usize)from, limit, &i));
		fd_vec_at(&t->entries, i)->reserved = true;
	}
	out->number = (i32)i;
	out->table = fdtable_clone(t);
	return OK;
}

void fd_publish(struct fd_slot *s, u32 flags, struct file_ref f)
{
	struct fdtable_ref ref CLEANUP(fdtable_drop) = fdtable_move(&s->table);
	struct fdtable *t = fdtable_get(&ref);
	GUARD(fdtable, &t->lock);
	struct fd_entry *e = fd_vec_at(&t->entries, (usize)s->number);
	e->file = file_move(&f);
	e->reserved = false;
	e->cloexec = (flags & O_CLOEXEC) != 0;
}

void fd_release(struct fd_slot *s)
{
	if (fdtable_is_null(&s->table))
		return;
	struct fdtable_ref ref CLEANUP(fdtable_drop) = fdtable_move(&s->table);
	struct fdtable *t = fdtable_get(&ref);
	GUARD(fdtable, &t->lock);
	fd_vec_at(&t->entries, (usize)s->number)->reserved = false;
	fd_free(t, (usize)s->number);
}

err_t fd_install(struct fdtable *t, u64 limit, u32 flags, struct file_ref *f, i32 *fd)
{
	usize i = 0;
	GUARD(fdtable, &t->lock);
	TRY(fd_find_free(t, 0, limit, &i));
	struct fd_entry *e = fd_vec_at(&t->entries, i);
	e->file = file_move(f);
	e->cloexec = (flags & O_CLOEXEC) != 0;
	*fd = (i32)i;
	return OK;
}

err_t fd_close(struct fdtable *t, i32 fd)
{
	SCOPED_REF(file, f);
	{
		GUARD(fdtable, &t->lock);
		if (fd < 0 || !fd_take(t, (usize)fd, &f))
			return ERR_BADF;
	}
	return fd_close_file(t->id, &f);
}

/* The lowest entry >= from that names a file and, if asked so, has close-on-exec. */
static bool fd_scan(struct fdtable *t, usize from, bool only_cloexec, usize *out) HOLDS(fdtable)
{
	for (usize i = from; i < t->used; i++) {
		const struct fd_entry *e = fd_vec_at(&t->entries, i);
		if (!file_is_null(&e->file) && (e->cloexec || !only_cloexec)) {
			*out = i;
			return true;
		}
	}
	return false;
}

void fdtable_close_on_exec(struct fdtable *t)
{
	usize at = 0;
	for (;;) {
		SCOPED_REF(file, f);
		{
			GUARD(fdtable, &t->lock);
			if (!fd_scan(t, at, true, &at) || !fd_take(t, at, &f))
				return;
		}
		(void)fd_close_file(t->id, &f);
	}
}

void fd_close_range(struct fdtable *t, u32 first, u32 last, bool cloexec)
{
	usize at = first;
	for (;; at++) {
		SCOPED_REF(file, f);
		{
			GUARD(fdtable, &t->lock);
			if (!fd_scan(t, at, false, &at) || at > last)
				return;
			if (cloexec) {
				fd_vec_at(&t->entries, at)->cloexec = true;
				continue;
			}
			if (!fd_take(t, at, &f))
				return;
		}
		(void)fd_close_file(t->id, &f);
	}
}

err_t fd_replace(struct fdtable *t, i32 to, u64 limit, u32 flags, struct file_ref f)
{
	struct file_ref held CLEANUP(file_drop) = file_move(&f);
	SCOPED_REF(file, old);
	if (to < 0 || (u64)to >= limit || (u32)to >= FD_MAX)
		return ERR_BADF;
	{
		GUARD(fdtable, &t->lock);
		TRY(fd_grow(t, (usize)to));
		struct fd_entry *e = fd_vec_at(&t->entries, (usize)to);
		if (e->reserved)
			return ERR_BUSY;
		old = file_move(&e->file);
		e->file = file_move(&held);
		e->cloexec = (flags & O_CLOEXEC) != 0;
		t->used = max_of(t->used, (usize)to + 1);
	}
	if (!file_is_null(&old))
		(void)fd_close_file(t->id, &old);
	return OK;
}

err_t fd_get_cloexec(struct fdtable *t, i32 fd, bool *cloexec)
{
	GUARD(fdtable, &t->lock);
	if (fd < 0 || (usize)fd >= t->used ||
	    file_is_null(&fd_vec_at(&t->entries, (usize)fd)->file))
		return ERR_BADF;
	*cloexec = fd_vec_at(&t->entries, (usize)fd)->cloexec;
	return OK;
}

err_t fd_set_cloexec(struct fdtable *t, i32 fd, bool cloexec)
{
	GUARD(fdtable, &t->lock);
	if (fd < 0 || (usize)fd >= t->used ||
	    file_is_null(&fd_vec_at(&t->entries, (usize)fd)->file))
		return ERR_BADF;
	fd_vec_at(&t->entries, (usize)fd)->cloexec = cloexec;
	return OK;
}

bool fd_next(struct fdtable *t, i32 from, i32 *fd)
{
	usize at = 0;
	GUARD(fdtable, &t->lock);
	if (from < 0 || !fd_scan(t, (usize)from, false, &at))
		return false;
	*fd = (i32)at;
	return true;
}

u32 fdtable_size(struct fdtable *t)
{
	GUARD(fdtable, &t->lock);
	return (u32)fd_vec_len(&t->entries);
}

u64 fdtable_id(const struct fdtable *t)
{
	return t->id;
}

bool fdtable_is_shared(const struct fdtable *t)
{
	return object_refs(&t->object) > 1;
}
