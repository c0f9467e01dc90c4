/* SPDX-License-Identifier: MPL-2.0 */
/* ramfs_file - open regular files in memory. */
#include "fs/mount.h"
#include "fs/ramfs_internal.h"
#include "vm/mm.h"

struct ramfs_file {
	struct file file;
};
SUBTYPE(ramfs_file, file);
static void ramfs_file_fini(struct ramfs_file *f)
{
	(void)f;
}
OBJECT_SUBTYPE(ramfs_file, file, ramfs_file_fini);

static struct ramfs_inode *ramfs_of(const struct file *f)
{
	return ramfs_inode_of(file_inode(f));
}

static err_t ramfs_read(struct file *f, struct uio *to, u64 *pos, usize *n)
{
	struct ramfs_inode *r = ramfs_of(f);
	err_t e = memobj_read(memobj_get(&r->data), *pos, to, n);
	*pos += *n;
	if ((atomic_u32_load(&f->flags) & O_NOATIME) == 0)
		inode_touch_atime(&r->inode, mount_flags(path_mount(&f->path)));
	return e;
}

/* Near the limit: page by page, so that what fits is written. */
static err_t write_limited(struct ramfs_inode *r, struct uio *from, u64 pos, usize *n) HOLDS(inode)
{
	struct memobj *m = memobj_get(&r->data);
	SCOPED_BUF(bounce);
	TRY(buf_alloc_uninit(PAGE_SIZE, &bounce));
	while (uio_left(from) != 0) {
		usize got = 0, put = 0;
		u64 at = pos + *n;
		u64 data = 0;
		bool has_page = at < memobj_size(m) && memobj_seek_data(m, at, &data) && data == at;
		if (!has_page && ramfs_room(r) == 0)
			return ERR_NOSPC;
		struct span piece = span_sub(buf_span(&bounce), 0, PAGE_SIZE - at % PAGE_SIZE);
		TRY(uio_get(from, piece, &got));
		struct uio source = uio_kernel_const(cspan_sub(span_const(piece), 0, got));
		err_t e = memobj_write(m, at, &source, &put);
		*n += put;
		ramfs_charge(r);
		TRY(e);
	}
	return OK;
}

static err_t write_sealed(const struct ramfs_inode *r, u64 end)
{
	u32 seals = atomic_u32_load(&r->seals);
	if ((seals & (SEAL_WRITE | SEAL_FUTURE_WRITE)) != 0)
		return ERR_PERM;
	return (seals & SEAL_GROW) != 0 && end > memobj_size(memobj_get(&r->data)) ? ERR_PERM : OK;
}

static err_t ramfs_write(struct file *f, struct uio *from, u64 *pos, usize *n)
{
	struct ramfs_inode *r = ramfs_of(f);
	struct memobj *m = memobj_get(&r->data);
	struct inode *i = &r->inode;
	u64 len = uio_left(from);
	u64 end = 0;
	err_t e = OK;
	if (len == 0)
		return OK;
	struct file_time now = fs_now();
	GUARD(inode, &i->lock);
	if ((atomic_u32_load(&f->flags) & O_APPEND) != 0)
		*pos = memobj_size(m);
	if (!ckd_add(*pos, len, &end) || *pos >= MEMOBJ_SIZE_MAX)
		return ERR_FBIG;
	TRY(write_sealed(r, end));
	if (likely(!ramfs_is_limited(r))) {
		e = memobj_write(m, *pos, from, n);
	} else if (len / PAGE_SIZE + 2 <= ramfs_room(r)) {
		e = memobj_write(m, *pos, from, n);
		ramfs_charge(r);
	} else {
		e = write_limited(r, from, *pos, n);
	}
	*pos += *n;
	if (*n != 0) {
		i->mtime = now;
		i->ctime = now;
	}
	return e;
}

static err_t ramfs_seek(struct file *f, i64 off, u32 whence, u64 *pos)
{
	struct memobj *m = memobj_get(&ramfs_of(f)->data);
	i64 to = off;
	switch (whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		if (!ckd_add((i64)*pos, off, &to))
			return ERR_INVAL;
		break;
	case SEEK_END:
		if (!ckd_add((i64)memobj_size(m), off, &to))
			return ERR_INVAL;
		break;
	case SEEK_DATA:
	case SEEK_HOLE:
		if (off < 0 || (u64)off >= memobj_size(m))
			return ERR_NXIO;
		if (whence == SEEK_DATA)
			return memobj_seek_data(m, (u64)off, pos) ? OK : ERR_NXIO;
		return memobj_seek_hole(m, (u64)off, pos) ? OK : ERR_NXIO;
	default:
		return ERR_INVAL;
	}
	if (to < 0)
		return ERR_INVAL;
	*pos = (u64)to;
	return OK;
}

static err_t ramfs_mmap(struct file *f, struct map_request *req)
{
	struct ramfs_inode *r = ramfs_of(f);
	req->object = memobj_clone(memobj_get(&r->data));
	inode_touch_atime(&r->inode, mount_flags(path_mount(&f->path)));
	return OK;
}

static err_t ramfs_sync(struct file *f, bool data_only)
{
	(void)f;
	(void)data_only;
	return OK;
}

static err_t ramfs_fcntl(struct file *f, u32 cmd, u64 arg, i64 *ret)
{
	struct ramfs_inode *r = ramfs_of(f);
	switch (cmd) {
	case F_GET_SEALS:
		*ret = atomic_u32_load(&r->seals);
		return OK;
	case F_ADD_SEALS:
		if ((f->mode & FILE_WRITE) == 0)
			return ERR_PERM;
		if ((arg & ~(u64)SEAL_ALL) != 0)
			return ERR_INVAL;
		if ((atomic_u32_load(&r->seals) & SEAL_SEAL) != 0)
			return ERR_PERM;
		if ((arg & SEAL_WRITE) != 0 && count_now(&memobj_get(&r->data)->mappings) != 0)
			return ERR_BUSY;
		(void)atomic_u32_or(&r->seals, (u32)arg);
		return OK;
	default:
		return ERR_INVAL;
	}
}

static const struct file_ops ramfs_file_ops = {
	.name = "file",
	.read = ramfs_read,
	.write = ramfs_write,
	.seek = ramfs_seek,
	.mmap = ramfs_mmap,
	.sync = ramfs_sync,
	.fcntl = ramfs_fcntl,
};

err_t ramfs_file_open(struct inode *i, u32 flags, struct file_ref *out)
{
	(void)i;
	TRY(ramfs_file_alloc(out));
	file_init(file_get(out), &ramfs_file_ops, file_mode_of_flags(flags) | FILE_SEEK, flags);
	return OK;
}
