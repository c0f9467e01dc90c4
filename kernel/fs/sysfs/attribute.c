/* SPDX-License-Identifier: MPL-2.0 */
/*
 * attribute - inodes of sysfs, and files whose content is made when they are read; see attribute.h.
 *
 * A read at offset 0, and the first at all, makes the text; reads further on are served from it, so
 * that a reader in pieces sees one consistent text.
 */
#include "fs/sysfs/attribute.h"

#include <osxtd/buf.h>

#include "events/poll.h"

LOCK_CLASS(sys_text, mutex, AFTER(file_pos));

/* What a text may have, and what stat(2) says of every file. */
enum : usize { TEXT_SIZE = PAGE_SIZE };

struct sys_inode {
	struct inode inode;
	const struct sys_attribute *attribute IMMUTABLE; /* null: a directory */
	u32 number IMMUTABLE;
};
SUBTYPE(sys_inode, inode);
static void sys_inode_fini(struct sys_inode *i)
{
	(void)i;
}
OBJECT_SUBTYPE(sys_inode, inode, sys_inode_fini);

u32 sys_device(void)
{
	shared static struct atomic_u32 device;
	return super_only_dev(&device);
}

/* ---- open files ---- */

struct sys_file {
	struct file file;
	struct sys_text_lock lock;
	struct buf memory GUARDED(sys_text); /* empty until the first read */
	usize len GUARDED(sys_text);
	struct atomic_u32 was_read ATOMIC_ONLY;
};
SUBTYPE(sys_file, file);
static void sys_file_fini(struct sys_file *s)
{
	GUARD(sys_text, &s->lock);
	buf_drop(&s->memory);
}
OBJECT_SUBTYPE(sys_file, file, sys_file_fini);

static err_t make_text(struct sys_file *s, const struct sys_inode *i) HOLDS(sys_text)
{
	if (buf_len(&s->memory) == 0)
		TRY(buf_alloc_uninit(TEXT_SIZE, &s->memory));
	struct text t = text_in(buf_span(&s->memory));
	i->attribute->show(i->number, &t);
	s->len = str_len(text_str(&t));
	atomic_u32_store(&s->was_read, 1);
	return OK;
}

static err_t sys_read(struct file *f, struct uio *to, u64 *pos, usize *n)
{
	struct sys_file *s = sys_file_of(f);
	GUARD(sys_text, &s->lock);
	if (*pos == 0 || buf_len(&s->memory) == 0)
		TRY(make_text(s, sys_inode_of(file_inode(f))));
	if (*pos >= s->len)
		return OK;
	struct cspan all = span_const(span_sub(buf_span(&s->memory), 0, s->len));
	err_t err = uio_put(to, cspan_from(all, (usize)*pos), n);
	*pos += *n;
	return err;
}

/* A text that was not read yet counts as changed; nothing tells of later changes. */
static u32 sys_poll(struct file *f, struct poll_table *pt)
{
	(void)pt;
	u32 events = POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
	return atomic_u32_load(&sys_file_of(f)->was_read) != 0 ? events
							       : events | POLLERR | POLLPRI;
}

static err_t sys_sync(struct file *f, bool data_only)
{
	(void)f, (void)data_only;
	return OK;
}

static const struct file_ops sys_file_ops = {
	.name = "sysfs", .read = sys_read, .poll = sys_poll, .sync = sys_sync
};

/* ---- inodes ---- */

/* What takes no writes is not opened for them, whatever the mode and the rights of the caller. */
static err_t sys_open(struct inode *i, u32 flags, struct file_ref *out)
{
	(void)i;
	u32 mode = file_mode_of_flags(flags);
	if ((mode & FILE_WRITE) != 0)
		return ERR_ACCES;
	TRY(sys_file_alloc(out));
	file_init(file_get(out), &sys_file_ops, mode | FILE_SEEK, flags);
	return OK;
}

static err_t sys_getattr(struct inode *i, struct file_stat *st)
{
	(void)i;
	st->size = TEXT_SIZE;
	return OK;
}

/* Modes and owners are what they are made; a length is borne and has no effect. */
static err_t sys_setattr(struct inode *i, const struct attr_change *c)
{
	(void)i, (void)c;
	return OK;
}

static const struct inode_ops file_inode_ops = { .open = sys_open,
						 .getattr = sys_getattr,
						 .setattr = sys_setattr };
static const struct inode_ops dir_inode_ops = { .setattr = sys_setattr };

static err_t new_inode(const struct sys_attribute *a, u32 number, u32 mode, u64 ino,
		       struct inode_ref *out)
{
	struct node_request req = { .mode = mode };
	SCOPED_REF(inode, ref);
	TRY(sys_inode_alloc(&ref));
	struct sys_inode *i = sys_inode_of(inode_get(&ref));
	i->attribute = a;
	i->number = number;
	inode_init(&i->inode, a == nullptr ? &dir_inode_ops : &file_inode_ops, &req, sys_device(),
		   ino);
	*out = inode_move(&ref);
	return OK;
}

err_t sys_new_file(const struct sys_attribute *a, u32 number, u64 ino, struct inode_ref *out)
{
	return new_inode(a, number, S_IFREG | 0444, ino, out);
}

err_t sys_new_dir(u32 mode, u64 ino, struct inode_ref *out)
{
	return new_inode(nullptr, 0, S_IFDIR | mode, ino, out);
}
