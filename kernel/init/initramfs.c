/* SPDX-License-Identifier: MPL-2.0 */
/*
 * initramfs - from archive entries to files; see initramfs.h.
 *
 * Hard links share an inode number: the first name is remembered (`links`) and the later ones are
 * linked to it; the archive gives the content with the last of them.
 */
#include "init/initramfs.h"

#include <osxtd/boot.h>
#include <osxtd/buf.h>
#include <osxtd/log.h>

#include "fs/kernel_file.h"
#include "libs/cpio/cpio.h"
#include "libs/inflate/inflate.h"

struct link_name {
	u32 ino, dev_major, dev_minor;
	struct buf name;
};
VEC_TYPE(link_names, struct link_name);

/* Too large for the stack. */
struct reader_box {
	struct object object;
	struct cpio_reader reader OWNER(unpack);
};
REF_TYPE(reader_box);
static void reader_box_fini(struct reader_box *b)
{
	(void)b;
}
OBJECT_TYPE(reader_box, reader_box_fini);

struct ON_STACK unpack {
	struct fs_ctx_ref fs;
	const struct cred *cred;
	struct reader_box_ref reader;
	struct file_ref file; /* the regular file being filled */
	u64 pos;
	struct buf target; /* the symbolic link being gathered */
	usize target_len;
	struct link_names links;
};

BORROWS static struct cpio_reader *reader_of(const struct unpack *u)
{
	return &reader_box_get(&u->reader)->reader;
}

static void unpack_fini(struct unpack *u)
{
	file_drop(&u->file);
	fs_ctx_drop(&u->fs);
	reader_box_drop(&u->reader);
	buf_drop(&u->target);
	for (usize i = 0; i < link_names_len(&u->links); i++)
		buf_drop(&link_names_at(&u->links, i)->name);
	link_names_drop(&u->links);
}

/* Names are relative to the root, with or without a leading slash or dot. */
static struct at at_name(struct str name)
{
	struct at at = { .name = name };
	return at;
}

static err_t set_owner_and_time(struct unpack *u, struct str name, const struct cpio_entry *e)
{
	struct at at CLEANUP(at_fini) = at_name(name);
	struct walk w CLEANUP(walk_fini) = {};
	TRY(namei(fs_ctx_get(&u->fs), u->cred, &at, &w));
	struct attr_change c = {
		.valid = ATTR_UID | ATTR_GID | ATTR_MTIME | (mode_is_lnk(e->mode) ? 0 : ATTR_MODE),
		.mode = e->mode & S_PERM,
		.uid = e->uid,
		.gid = e->gid,
		.mtime = { .sec = e->mtime },
	};
	return vfs_setattr(&w.path, u->cred, &c);
}

static err_t remember_link(struct unpack *u, const struct cpio_entry *e)
{
	struct link_name *l = nullptr;
	TRY(link_names_push(&u->links, &l));
	l->ino = e->ino;
	l->dev_major = e->dev_major;
	l->dev_minor = e->dev_minor;
	return buf_copy_of(str_bytes(e->name), &l->name);
}

/* True when the entry is a further name of a file that is there already; it is linked then. */
static err_t link_again(struct unpack *u, const struct cpio_entry *e, bool *linked)
{
	for (usize i = 0; i < link_names_len(&u->links); i++) {
		const struct link_name *l = link_names_at(&u->links, i);
		if (l->ino != e->ino || l->dev_major != e->dev_major ||
		    l->dev_minor != e->dev_minor)
			continue;
		struct at old CLEANUP(at_fini) = at_name(buf_str(&l->name));
		struct at again CLEANUP(at_fini) = at_name(e->name);
		*linked = true;
		return vfs_link(fs_ctx_get(&u->fs), u->cred, &old, &again, 0);
	}
	return remember_link(u, e);
}

static err_t begin_regular(struct unpack *u, const struct cpio_entry *e)
{
	bool linked = false;
	if (e->nlink > 1)
		TRY(link_again(u, e, &linked));
	struct at at CLEANUP(at_fini) = at_name(e->name);
	struct open_request req = {
		.flags = O_WRONLY | O_CREAT | (linked && e->size == 0 ? 0 : O_TRUNC),
		.mode = e->mode & S_PERM,
	};
	u->pos = 0;
	return vfs_open(fs_ctx_get(&u->fs), u->cred, &at, &req, &u->file);
}

static err_t begin_entry(struct unpack *u, const struct cpio_entry *e)
{
	struct at at CLEANUP(at_fini) = at_name(e->name);
	err_t err = OK;
	switch (e->mode & S_IFMT) {
	case S_IFREG:
		return begin_regular(u, e);
	case S_IFDIR:
		err = vfs_mkdir(fs_ctx_get(&u->fs), u->cred, &at, e->mode & S_PERM);
		return err == ERR_EXIST ? OK : err;
	case S_IFLNK:
		if (e->size == 0 || e->size > 4095)
			return ERR_BADMSG;
		u->target_len = 0;
		buf_drop(&u->target);
		return buf_alloc(e->size, &u->target);
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		err = vfs_mknod(fs_ctx_get(&u->fs), u->cred, &at, e->mode,
				dev_make(e->rdev_major, e->rdev_minor));
		return err == ERR_EXIST ? OK : err;
	default:
		return ERR_BADMSG;
	}
}

static err_t take_data(struct unpack *u, const struct cpio_entry *e, struct cspan bytes)
{
	if (!file_is_null(&u->file)) {
		TRY(kernel_write(file_get(&u->file), u->pos, bytes));
		u->pos += cspan_len(bytes);
	} else if (mode_is_lnk(e->mode)) {
		span_copy(span_from(buf_span(&u->target), u->target_len), bytes);
		u->target_len += cspan_len(bytes);
	}
	return OK;
}

static err_t end_entry(struct unpack *u, const struct cpio_entry *e)
{
	if (mode_is_lnk(e->mode)) {
		struct at at CLEANUP(at_fini) = at_name(e->name);
		err_t err = vfs_symlink(fs_ctx_get(&u->fs), u->cred, buf_str(&u->target), &at);
		if (err != OK && err != ERR_EXIST)
			return err;
	}
	file_drop(&u->file);
	return set_owner_and_time(u, e->name, e);
}

/* Takes entries off the front of *bytes until it is empty or what follows is no archive. */
static err_t feed(struct unpack *u, struct cspan *bytes)
{
	enum cpio_event event = CPIO_MORE;
	do {
		struct cspan data = {};
		TRY(cpio_next(reader_of(u), bytes, &event, &data));
		const struct cpio_entry *e = &reader_of(u)->entry;
		if (event == CPIO_ENTRY)
			TRY(begin_entry(u, e));
		else if (event == CPIO_DATA)
			TRY(take_data(u, e, data));
		else if (event == CPIO_DONE)
			TRY(end_entry(u, e));
	} while (event != CPIO_MORE && event != CPIO_FOREIGN);
	return OK;
}

/* One gzip member; *used of in. */
static err_t feed_gzip(struct unpack *u, struct cspan in, usize *used)
{
	SCOPED(inflate, z, inflate_drop);
	TRY(inflate_open(&z, in));
	for (;;) {
		struct cspan piece = {};
		TRY(inflate_next(&z, &piece));
		if (cspan_len(piece) == 0)
			break;
		TRY(feed(u, &piece));
		if (cspan_len(piece) != 0)
			return ERR_BADMSG;
	}
	*used = inflate_consumed(&z);
	cpio_reset(reader_of(u));
	return OK;
}

static err_t feed_all(struct unpack *u, struct cspan in)
{
	while (cspan_len(in) != 0) {
		usize used = 0;
		if (inflate_is_gzip(in)) {
			TRY(feed_gzip(u, in, &used));
			in = cspan_from(in, used);
		} else {
			usize before = cspan_len(in);
			TRY(feed(u, &in));
			if (cspan_len(in) == before)
				return ERR_BADMSG;
		}
	}
	return cpio_finish(reader_of(u));
}

err_t initramfs_unpack(struct fs_ctx *fs, const struct cred *cred)
{
	SCOPED(unpack, u, unpack_fini);
	TRY(reader_box_alloc(&u.reader));
	u.fs = fs_ctx_clone(fs);
	u.cred = cred;
	return feed_all(&u, boot_initrd());
}
