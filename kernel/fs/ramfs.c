/* SPDX-License-Identifier: MPL-2.0 */
/* ramfs - inodes and instances of the file system in memory. */
#include "fs/ramfs_internal.h"

static void ramfs_space_fini(struct ramfs_space *s)
{
	(void)s;
}
OBJECT_TYPE(ramfs_space, ramfs_space_fini);

static void ramfs_super_fini(struct ramfs_super *s)
{
	ramfs_space_drop(&s->space);
}
OBJECT_SUBTYPE(ramfs_super, super, ramfs_super_fini);

static void ramfs_inode_fini(struct ramfs_inode *r)
{
	if (!ramfs_space_is_null(&r->space)) {
		struct ramfs_space *space = ramfs_space_get(&r->space);
		(void)atomic_u64_sub(&space->pages_used, atomic_u64_load(&r->charged));
		(void)atomic_u64_sub(&space->inodes_used, 1);
	}
	memobj_drop(&r->data);
	buf_drop(&r->link);
	ramfs_space_drop(&r->space);
}
OBJECT_SUBTYPE(ramfs_inode, inode, ramfs_inode_fini);

bool ramfs_is_limited(const struct ramfs_inode *r)
{
	return atomic_u64_load(&ramfs_space_get(&r->space)->pages_max) != UINT64_MAX;
}

u64 ramfs_room(const struct ramfs_inode *r)
{
	const struct ramfs_space *space = ramfs_space_get(&r->space);
	u64 used = atomic_u64_load(&space->pages_used);
	u64 max = atomic_u64_load(&space->pages_max);
	return used < max ? max - used : 0;
}

void ramfs_charge(struct ramfs_inode *r)
{
	u64 now = memobj_pages(memobj_get(&r->data));
	u64 before = atomic_u64_swap(&r->charged, now);
	(void)atomic_u64_add(&ramfs_space_get(&r->space)->pages_used, now - before);
}

static const struct inode_ops ramfs_inode_ops;
static const struct inode_ops ramfs_dir_ops;

err_t ramfs_inode_new(struct ramfs_space *space, const struct node_request *req,
		      struct inode_ref *out)
{
	SCOPED_REF(inode, ref);
	if (atomic_u64_load(&space->inodes_used) >= atomic_u64_load(&space->inodes_max))
		return ERR_NOSPC;
	TRY(ramfs_inode_alloc(&ref));
	struct ramfs_inode *r = ramfs_inode_of(inode_get(&ref));
	if (mode_is_reg(req->mode))
		TRY(memobj_new(0, nullptr, &r->data));
	if (mode_is_lnk(req->mode))
		TRY(buf_copy_of(str_bytes(req->target), &r->link));
	r->space = ramfs_space_clone(space);
	(void)atomic_u64_add(&space->inodes_used, 1);
	inode_init(&r->inode, mode_is_dir(req->mode) ? &ramfs_dir_ops : &ramfs_inode_ops, req,
		   space->dev, atomic_u64_add(&space->next_ino, 1) + 1);
	atomic_u32_store(&r->seals, SEAL_SEAL);
	*out = inode_move(&ref);
	return OK;
}

/* ---- inode operations ---- */

static err_t ramfs_create(struct inode *dir, const struct node_request *req, struct inode_ref *out)
{
	return ramfs_inode_new(ramfs_space_get(&ramfs_inode_of(dir)->space), req, out);
}

static err_t ramfs_readlink(struct inode *i, struct span buf, usize *len)
{
	const struct ramfs_inode *r = ramfs_inode_of(i);
	*len = buf_len(&r->link);
	span_copy(buf, str_bytes(str_sub(buf_str(&r->link), 0, min_of(*len, span_len(buf)))));
	return OK;
}

static err_t ramfs_getattr(struct inode *i, struct file_stat *st)
{
	struct ramfs_inode *r = ramfs_inode_of(i);
	if (!memobj_is_null(&r->data)) {
		struct memobj *m = memobj_get(&r->data);
		st->size = memobj_size(m);
		st->blocks = memobj_pages(m) * (PAGE_SIZE / 512);
	} else {
		st->size = buf_len(&r->link);
	}
	return OK;
}

static err_t ramfs_setattr(struct inode *i, const struct attr_change *c)
{
	struct ramfs_inode *r = ramfs_inode_of(i);
	if ((c->valid & ATTR_SIZE) == 0)
		return OK;
	if (memobj_is_null(&r->data))
		return inode_is_dir(i) ? ERR_ISDIR : ERR_INVAL;
	struct memobj *m = memobj_get(&r->data);
	u32 seals = atomic_u32_load(&r->seals);
	if (c->size > MEMOBJ_SIZE_MAX)
		return ERR_FBIG;
	if ((c->size < memobj_size(m) && (seals & SEAL_SHRINK) != 0) ||
	    (c->size > memobj_size(m) && (seals & SEAL_GROW) != 0))
		return ERR_PERM;
	memobj_truncate(m, c->size);
	ramfs_charge(r);
	return OK;
}

static err_t ramfs_fallocate(struct inode *i, u32 mode, u64 off, u64 len)
{
	struct ramfs_inode *r = ramfs_inode_of(i);
	u64 end = 0;
	if (memobj_is_null(&r->data))
		return ERR_NODEV;
	if ((mode & ~(u32)(FALLOC_KEEP_SIZE | FALLOC_PUNCH_HOLE)) != 0 || mode == FALLOC_PUNCH_HOLE)
		return ERR_OPNOTSUPP;
	if (!ckd_add(off, len, &end) || end > MEMOBJ_SIZE_MAX)
		return ERR_FBIG;
	struct memobj *m = memobj_get(&r->data);
	u32 seals = atomic_u32_load(&r->seals);
	GUARD(inode, &i->lock);
	if ((mode & FALLOC_PUNCH_HOLE) != 0) {
		if ((seals & (SEAL_WRITE | SEAL_FUTURE_WRITE)) != 0)
			return ERR_PERM;
		memobj_punch(m, off, end);
		ramfs_charge(r);
		return OK;
	}
	if (end > memobj_size(m) && (mode & FALLOC_KEEP_SIZE) == 0 && (seals & SEAL_GROW) != 0)
		return ERR_PERM;
	if (ramfs_is_limited(r) && (len + PAGE_SIZE - 1) / PAGE_SIZE > ramfs_room(r))
		return ERR_NOSPC;
	if (end > memobj_size(m) && (mode & FALLOC_KEEP_SIZE) == 0)
		memobj_truncate(m, end);
	/* What lies past the size cannot be kept: KEEP_SIZE reserves nothing there. */
	err_t e = memobj_populate(m, off, min_of(end, memobj_size(m)));
	ramfs_charge(r);
	return e == ERR_NOMEM ? ERR_NOSPC : e;
}

bool ramfs_data(struct inode *i, struct memobj_ref *out)
{
	if (!ramfs_inode_is(i) || memobj_is_null(&ramfs_inode_of(i)->data))
		return false;
	*out = memobj_clone(memobj_get(&ramfs_inode_of(i)->data));
	return true;
}

static const struct inode_ops ramfs_inode_ops = {
	.readlink = ramfs_readlink,
	.open = ramfs_file_open,
	.getattr = ramfs_getattr,
	.setattr = ramfs_setattr,
	.fallocate = ramfs_fallocate,
};
/* Directories are opened by fs/ itself. */
static const struct inode_ops ramfs_dir_ops = {
	.create = ramfs_create,
	.getattr = ramfs_getattr,
	.setattr = ramfs_setattr,
};

/* ---- instances ---- */

err_t ramfs_new(const struct fs_type *type, struct str options, struct super_ref *out)
{
	SCOPED_REF(ramfs_space, space_ref);
	SCOPED_REF(super, ref);
	SCOPED_REF(inode, root);
	struct frame_stats memory = {};
	struct ramfs_options o = { UINT64_MAX, UINT64_MAX, 0755, 0, 0 };
	frame_stats(&memory);
	if (str_equal(type->name, STR("tmpfs")))
		o = (struct ramfs_options){ memory.total_pages / 2, memory.total_pages / 2, 01777,
					    0, 0 };
	TRY(ramfs_parse_options(options, &o));
	TRY(ramfs_space_alloc(&space_ref));
	struct ramfs_space *space = ramfs_space_get(&space_ref);
	space->dev = super_new_dev();
	atomic_u64_store(&space->pages_max, o.pages_max);
	atomic_u64_store(&space->inodes_max, o.inodes_max);
	struct node_request req = { .mode = S_IFDIR | o.mode, .uid = o.uid, .gid = o.gid };
	TRY(ramfs_inode_new(space, &req, &root));
	TRY(ramfs_super_alloc(&ref));
	struct ramfs_super *s = ramfs_super_of(super_get(&ref));
	s->space = ramfs_space_move(&space_ref);
	TRY(super_init(&s->super, type, space->dev, inode_move(&root)));
	*out = super_move(&ref);
	return OK;
}

err_t ramfs_statfs(struct super *s, struct abi_statfs *out)
{
	const struct ramfs_space *space = ramfs_space_get(&ramfs_super_of(s)->space);
	u64 max = atomic_u64_load(&space->pages_max);
	u64 used = atomic_u64_load(&space->pages_used);
	if (max == UINT64_MAX)
		return OK; /* ramfs reports no sizes */
	out->blocks = max;
	out->blocks_free = used < max ? max - used : 0;
	out->blocks_available = out->blocks_free;
	out->files = atomic_u64_load(&space->inodes_max);
	u64 files = atomic_u64_load(&space->inodes_used);
	out->files_free = files < out->files ? out->files - files : 0;
	return OK;
}

const struct super_ops ramfs_super_ops = {
	.statfs = ramfs_statfs,
	.remount = ramfs_remount,
	.show_options = ramfs_show_options,
};

static err_t ramfs_mount(const struct fs_type *type, struct str source, struct str options,
			 struct super_ref *out)
{
	(void)source;
	return ramfs_new(type, options, out);
}

enum : u64 { RAMFS_MAGIC = 0x858458f6, TMPFS_MAGIC = 0x01021994 };
static const struct fs_type rootfs_type = {
	.name = STR("rootfs"),
	.flags = FS_NODEV,
	.magic = RAMFS_MAGIC,
	.ops = &ramfs_super_ops,
	.mount = ramfs_mount,
};
static const struct fs_type ramfs_type = {
	.name = STR("ramfs"),
	.flags = FS_NODEV,
	.magic = RAMFS_MAGIC,
	.ops = &ramfs_super_ops,
	.mount = ramfs_mount,
};
static const struct fs_type tmpfs_type = {
	.name = STR("tmpfs"),
	.flags = FS_NODEV,
	.magic = TMPFS_MAGIC,
	.ops = &ramfs_super_ops,
	.mount = ramfs_mount,
};

err_t ramfs_register(void)
{
	TRY(fs_type_register(&rootfs_type));
	TRY(fs_type_register(&tmpfs_type));
	TRY(fs_type_register(&ramfs_type));
	return ramfs_memfd_register(&ramfs_type);
}
