/* SPDX-License-Identifier: MPL-2.0 */
/* fd - /proc/PID/fd and /proc/PID/fdinfo.  Spec: proc_pid_fd(5), proc_pid_fdinfo(5). */
#include "fs/mount.h"
#include "fs/procfs/links.h"

enum : u64 { LINK_SIZE = 64 };

static err_t subject_files(const struct proc_subject *s, struct fdtable_ref *out)
{
	if (thread_is_null(&s->thread) || !thread_get_files(thread_get(&s->thread), out))
		return ERR_NOENT;
	return OK;
}

static err_t subject_file(const struct proc_subject *s, i32 fd, struct file_ref *out)
{
	SCOPED_REF(fdtable, files);
	TRY(subject_files(s, &files));
	return fd_get_any(fdtable_get(&files), fd, out) == OK ? OK : ERR_NOENT;
}

/* ---- the links ---- */

static err_t link_file(struct inode *i, struct file_ref *out)
{
	struct proc_inode *p = proc_inode_of(i);
	SCOPED(proc_subject, s, proc_subject_fini);
	TRY(proc_subject_of(p, &s));
	TRY(proc_may_inspect(&s));
	return subject_file(&s, p->number, out);
}

static err_t fd_readlink(struct inode *i, struct span buf, usize *len)
{
	SCOPED_REF(file, f);
	TRY(link_file(i, &f));
	if (file_has_path(file_get(&f)))
		return proc_put_path_link(&file_get(&f)->path, buf, len);
	u8 memory[256] = {};
	struct text t = text_in(span_of(memory));
	struct path root CLEANUP(path_drop) = {};
	proc_reader_root(&root);
	file_describe(file_get(&f), &root, &t);
	return proc_put_link(buf, text_str(&t), len);
}

static err_t fd_follow(struct inode *i, struct link_target *out)
{
	SCOPED_REF(file, f);
	TRY(link_file(i, &f));
	if (file_has_path(file_get(&f)))
		out->path = path_clone(&file_get(&f)->path);
	else
		out->file = file_move(&f);
	return OK;
}

static err_t fd_getattr(struct inode *i, struct file_stat *st)
{
	(void)i;
	st->size = LINK_SIZE;
	return OK;
}

static const struct inode_ops fd_link_ops = { .readlink = fd_readlink,
					      .follow = fd_follow,
					      .getattr = fd_getattr };

/* The permissions of a link say how the file is open. */
static const struct proc_entry fd_entries[4] = {
	{ STR("fd"), S_IFLNK, 0, &fd_link_ops, nullptr, nullptr },
	{ STR("fd"), S_IFLNK | 0500, 0, &fd_link_ops, nullptr, nullptr },
	{ STR("fd"), S_IFLNK | 0300, 0, &fd_link_ops, nullptr, nullptr },
	{ STR("fd"), S_IFLNK | 0700, 0, &fd_link_ops, nullptr, nullptr },
};
static const struct proc_entry fdinfo_entry = { STR("fdinfo"), S_IFREG | 0400,	PROC_INSPECT,
						nullptr,       show_pid_fdinfo, nullptr };

/* ---- the directories ---- */

static err_t find_number(struct inode *dir, struct str name, struct proc_subject *s, i32 *fd,
			 struct file_ref *f)
{
	if (!proc_parse_number(name, fd) || proc_subject_of(proc_inode_of(dir), s) != OK)
		return ERR_NOENT;
	return subject_file(s, *fd, f);
}

static err_t fd_lookup(struct inode *dir, struct str name, struct inode_ref *out)
{
	SCOPED(proc_subject, s, proc_subject_fini);
	SCOPED_REF(file, f);
	i32 fd = 0;
	TRY(find_number(dir, name, &s, &fd, &f));
	u32 access = file_get(&f)->mode & (FILE_READ | FILE_WRITE);
	return proc_inode_new(&array_at(fd_entries, access), &s, fd, out);
}

static err_t fdinfo_lookup(struct inode *dir, struct str name, struct inode_ref *out)
{
	SCOPED(proc_subject, s, proc_subject_fini);
	SCOPED_REF(file, f);
	i32 fd = 0;
	TRY(find_number(dir, name, &s, &fd, &f));
	return proc_inode_new(&fdinfo_entry, &s, fd, out);
}

static err_t list_numbers(struct inode *dir, struct dir_sink *sink, u64 *pos,
			  const struct proc_entry *e)
{
	struct proc_inode *p = proc_inode_of(dir);
	SCOPED(proc_subject, s, proc_subject_fini);
	SCOPED_REF(fdtable, files);
	if (proc_subject_of(p, &s) != OK)
		return ERR_NOENT;
	TRY(proc_may_inspect(&s));
	if (subject_files(&s, &files) != OK)
		return OK;
	i32 fd = 0;
	/* Descriptor n is at position n + 2. */
	while (*pos - 2 <= INT32_MAX && fd_next(fdtable_get(&files), (i32)(*pos - 2), &fd)) {
		u8 digits[16] = {};
		struct text name = text_in(span_of(digits));
		FMT(&name, "{}", fd);
		u64 next = (u64)fd + 3;
		u64 ino = proc_ino(p->pid, p->tid, e, fd);
		if (!dir_emit(sink, text_str(&name), ino, (u8)((e->mode & S_IFMT) >> 12), next))
			return OK;
		*pos = next;
	}
	return OK;
}

static err_t fd_readdir(struct inode *dir, struct dir_sink *sink, u64 *pos)
{
	return list_numbers(dir, sink, pos, &fd_entries[0]);
}

static err_t fdinfo_readdir(struct inode *dir, struct dir_sink *sink, u64 *pos)
{
	return list_numbers(dir, sink, pos, &fdinfo_entry);
}

const struct inode_ops proc_fd_dir_ops = { .lookup = fd_lookup, .readdir = fd_readdir };
const struct inode_ops proc_fdinfo_dir_ops = { .lookup = fdinfo_lookup, .readdir = fdinfo_readdir };

/* ---- fdinfo ---- */

/* Devices have positions of their own. */
static u64 position(struct file *f)
{
	if ((f->mode & FILE_SEEK) == 0 ||
	    (file_has_path(f) && (inode_mode(file_inode(f)) & S_IFMT) == S_IFCHR))
		return 0;
	return atomic_u64_load(&f->pos);
}

err_t show_pid_fdinfo(const struct proc_subject *s, struct text *t)
{
	SCOPED_REF(file, ref);
	TRY(subject_file(s, s->number, &ref));
	struct file *f = file_get(&ref);
	u32 flags = atomic_u32_load(&f->flags);
	bool cloexec = false;
	{
		SCOPED_REF(fdtable, files);
		TRY(subject_files(s, &files));
		TRY(fd_get_cloexec(fdtable_get(&files), s->number, &cloexec));
	}
	if (cloexec)
		flags |= O_CLOEXEC;
	FMT(t, "pos:\t{}\nflags:\t0{o}\n", position(f), flags);
	if (file_has_path(f))
		FMT(t, "mnt_id:\t{}\nino:\t{}\n", mount_id(path_mount(&f->path)),
		    file_inode(f)->ino);
	else
		text_put(t, STR("mnt_id:\t0\nino:\t0\n"));
	return OK;
}
