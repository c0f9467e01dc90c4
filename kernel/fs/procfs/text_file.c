/* SPDX-License-Identifier: MPL-2.0 */
/*
 * text_file - files whose content is made when they are read.
 *
 * A read at offset 0, and the first at all, makes the text; reads further on are served from it, so
 * that a reader in pieces sees one consistent text.
 */
#include <osxtd/buf.h>

#include "fs/procfs/node.h"

LOCK_CLASS(proc_text, mutex, AFTER(file_pos));

enum : usize { FIRST_SIZE = PAGE_SIZE, WRITE_MAX = 1024 };

struct proc_text {
	struct file file;
	struct proc_text_lock lock;
	struct buf memory GUARDED(proc_text);
	usize len GUARDED(proc_text);
	bool is_made GUARDED(proc_text);
};
SUBTYPE(proc_text, file);
static void proc_text_fini(struct proc_text *p)
{
	GUARD(proc_text, &p->lock);
	buf_drop(&p->memory);
}
OBJECT_SUBTYPE(proc_text, file, proc_text_fini);

static err_t make_text(struct proc_text *p, const struct proc_inode *i) HOLDS(proc_text)
{
	SCOPED(proc_subject, s, proc_subject_fini);
	TRY(proc_subject_of(i, &s));
	p->is_made = false;
	for (usize size = FIRST_SIZE;;) {
		if (buf_len(&p->memory) < size) {
			buf_drop(&p->memory);
			TRY(buf_alloc_uninit(size, &p->memory));
		}
		struct text t = text_in(buf_span(&p->memory));
		TRY(i->entry->show(&s, &t));
		if (!text_overflowed(&t)) {
			p->len = text_needed(&t);
			p->is_made = true;
			return OK;
		}
		/* It may have grown again by the next round. */
		size = page_up(text_needed(&t) + text_needed(&t) / 4);
	}
}

static err_t text_read(struct file *f, struct uio *to, u64 *pos, usize *n)
{
	struct proc_text *p = proc_text_of(f);
	GUARD(proc_text, &p->lock);
	if (*pos == 0 || !p->is_made)
		TRY(make_text(p, proc_inode_of(file_inode(f))));
	if (*pos >= p->len)
		return OK;
	struct cspan all = span_const(span_sub(buf_span(&p->memory), 0, p->len));
	err_t err = uio_put(to, cspan_from(all, (usize)*pos), n);
	*pos += *n;
	return err;
}

static err_t text_write(struct file *f, struct uio *from, u64 *pos, usize *n)
{
	const struct proc_inode *i = proc_inode_of(file_inode(f));
	if (i->entry->write == nullptr)
		return ERR_IO;
	usize len = (usize)min_of(uio_left(from), (u64)WRITE_MAX), got = 0;
	u64 all = uio_left(from);
	SCOPED_BUF(memory);
	SCOPED(proc_subject, s, proc_subject_fini);
	TRY(buf_alloc(len, &memory));
	TRY(uio_get(from, buf_span(&memory), &got));
	TRY(proc_subject_of(i, &s));
	TRY(i->entry->write(&s, buf_str(&memory)));
	*n = (usize)all;
	*pos += all;
	return OK;
}

static const struct file_ops text_file_ops = { .name = "proc",
					       .read = text_read,
					       .write = text_write };

static err_t text_open(struct inode *inode, u32 flags, struct file_ref *out)
{
	struct proc_inode *i = proc_inode_of(inode);
	SCOPED(proc_subject, s, proc_subject_fini);
	TRY(proc_subject_of(i, &s));
	/* A file of /proc/sys that is only written is closed to root's readers too. */
	if (i->entry->show == nullptr && (file_mode_of_flags(flags) & FILE_READ) != 0)
		return ERR_ACCES;
	if ((i->entry->flags & PROC_INSPECT) != 0)
		TRY(proc_may_inspect(&s));
	TRY(proc_text_alloc(out));
	file_init(file_get(out), &text_file_ops, file_mode_of_flags(flags) | FILE_SEEK, flags);
	return OK;
}

/* Nothing can be changed but what the file system changes itself; truncation by open(2) is borne.
 */
static err_t text_setattr(struct inode *inode, const struct attr_change *c)
{
	(void)inode;
	return (c->valid & (ATTR_MODE | ATTR_UID | ATTR_GID)) != 0 ? ERR_PERM : OK;
}

const struct inode_ops proc_text_inode_ops = { .open = text_open, .setattr = text_setattr };
