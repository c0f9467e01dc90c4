/* SPDX-License-Identifier: MPL-2.0 */
/* procfs - the type, its instance and the root directory; see procfs.h. */
#include "fs/procfs/procfs.h"

#include "fs/procfs/node.h"

static struct super_ref shared instance IMMUTABLE OWNER(boot); /* written once at boot */

static err_t root_lookup(struct inode *dir, struct str name, struct inode_ref *out)
{
	(void)dir;
	i32 pid = 0;
	SCOPED(proc_subject, s, proc_subject_fini);
	if (!proc_parse_number(name, &pid))
		return ERR_NOENT;
	TRY(proc_find_process(pid, &s));
	return proc_inode_new(&proc_pid_entry, &s, 0, out);
}

static err_t root_readdir(struct inode *dir, struct dir_sink *sink, u64 *pos)
{
	(void)dir;
	TRY(proc_system_readdir(sink, pos));
	if (*pos < PROC_PID_POS)
		return OK; /* no room for more */
	for (;;) {
		SCOPED_REF(process, p);
		if (!process_next((i32)(*pos - PROC_PID_POS) - 1, &p))
			return OK;
		i32 pid = process_pid(process_get(&p));
		u8 digits[16] = {};
		struct text t = text_in(span_of(digits));
		FMT(&t, "{}", pid);
		u64 ino = proc_ino(pid, 0, &proc_pid_entry, 0);
		if (!dir_emit(sink, text_str(&t), ino, S_IFDIR >> 12, PROC_PID_POS + (u64)pid + 1))
			return OK;
		*pos = PROC_PID_POS + (u64)pid + 1;
	}
}

/* Linux counts processes as sub-directories. */
static err_t root_getattr(struct inode *i, struct file_stat *st)
{
	(void)i;
	st->nlink += process_count();
	return OK;
}

static const struct inode_ops root_ops = { .lookup = root_lookup,
					   .readdir = root_readdir,
					   .getattr = root_getattr };
static const struct proc_entry root_entry = { .name = STR("/"),
					      .mode = S_IFDIR | 0555,
					      .inode_ops = &root_ops };

static err_t procfs_mount(const struct fs_type *type, struct str source, struct str options,
			  struct super_ref *out)
{
	(void)type, (void)source, (void)options;
	*out = super_clone(super_get(&instance));
	return OK;
}

static const struct fs_type procfs_type = {
	.name = STR("proc"), .flags = FS_NODEV, .magic = 0x9fa0, .mount = procfs_mount
};

err_t procfs_init(void)
{
	SCOPED_REF(inode, root);
	SCOPED_REF(super, s);
	TRY(proc_inode_new(&root_entry, nullptr, 1, &root));
	TRY(super_new(&procfs_type, proc_device(), inode_move(&root), &s));
	TRY(proc_system_build(super_get(&s)));
	instance = super_move(&s);
	return fs_type_register(&procfs_type);
}
