/* SPDX-License-Identifier: MPL-2.0 */
/* links - self, thread-self, mounts; and the links of a process to its program and directories. */
#include "fs/procfs/links.h"

#include "fs/namei.h"
#include "process/exec_file.h"
#include "vm/mm.h"

err_t proc_put_link(struct span buf, struct str target, usize *len)
{
	usize n = min_of(span_len(buf), str_len(target));
	span_copy(buf, str_bytes(str_sub(target, 0, n)));
	*len = str_len(target);
	return OK;
}

static err_t self_readlink(struct inode *i, struct span buf, usize *len)
{
	(void)i;
	struct thread *self = proc_caller();
	u8 text[32] = {};
	struct text t = text_in(span_of(text));
	if (self == nullptr)
		return ERR_NOENT;
	FMT(&t, "{}", process_pid(thread_process(self)));
	return proc_put_link(buf, text_str(&t), len);
}

static err_t thread_self_readlink(struct inode *i, struct span buf, usize *len)
{
	(void)i;
	struct thread *self = proc_caller();
	u8 text[48] = {};
	struct text t = text_in(span_of(text));
	if (self == nullptr)
		return ERR_NOENT;
	FMT(&t, "{}/task/{}", process_pid(thread_process(self)), thread_tid(self));
	return proc_put_link(buf, text_str(&t), len);
}

static err_t mounts_readlink(struct inode *i, struct span buf, usize *len)
{
	(void)i;
	return proc_put_link(buf, STR("self/mounts"), len);
}

const struct inode_ops proc_self_ops = { .readlink = self_readlink };
const struct inode_ops proc_thread_self_ops = { .readlink = thread_self_readlink };
const struct inode_ops proc_mounts_link_ops = { .readlink = mounts_readlink };

/* ---- magic links ---- */

void proc_reader_root(struct path *out)
{
	struct thread *self = proc_caller();
	if (self != nullptr)
		fs_ctx_root(thread_fs(self), out);
}

err_t proc_put_path_link(const struct path *p, struct span buf, usize *len)
{
	struct path root CLEANUP(path_drop) = {};
	SCOPED_BUF(memory);
	proc_reader_root(&root);
	TRY(buf_alloc_uninit(2 * PATH_MAX, &memory));
	struct text t = text_in(buf_span(&memory));
	TRY(path_show(p, &root, PATH_MARK_DELETED, &t));
	return proc_put_link(buf, text_str(&t), len);
}

/* What the links have in common: the process exists and may be looked into. */
static err_t link_subject(struct inode *i, struct proc_subject *s)
{
	TRY(proc_subject_of(proc_inode_of(i), s));
	TRY(proc_may_inspect(s));
	return thread_is_null(&s->thread) ? ERR_NOENT : OK;
}

static err_t exe_path(struct inode *i, struct path *out)
{
	SCOPED(proc_subject, s, proc_subject_fini);
	SCOPED_REF(vmspace, space);
	SCOPED_REF(map_source, exe);
	TRY(link_subject(i, &s));
	if (!thread_get_space(thread_get(&s.thread), &space) ||
	    !mm_exe(mm_of(vmspace_get(&space)), &exe))
		return ERR_NOENT;
	if (!map_file_is(map_source_get(&exe)))
		return ERR_NOENT;
	*out = path_clone(&map_file_file(map_source_get(&exe))->path);
	return path_is_null(out) ? ERR_NOENT : OK;
}

static err_t cwd_path(struct inode *i, struct path *out)
{
	SCOPED(proc_subject, s, proc_subject_fini);
	SCOPED_REF(fs_ctx, fs);
	TRY(link_subject(i, &s));
	if (!thread_get_fs(thread_get(&s.thread), &fs))
		return ERR_NOENT;
	fs_ctx_cwd(fs_ctx_get(&fs), out);
	return OK;
}

static err_t root_path(struct inode *i, struct path *out)
{
	SCOPED(proc_subject, s, proc_subject_fini);
	SCOPED_REF(fs_ctx, fs);
	TRY(link_subject(i, &s));
	if (!thread_get_fs(thread_get(&s.thread), &fs))
		return ERR_NOENT;
	fs_ctx_root(fs_ctx_get(&fs), out);
	return OK;
}

static err_t exe_readlink(struct inode *i, struct span buf, usize *len)
{
	struct path p CLEANUP(path_drop) = {};
	TRY(exe_path(i, &p));
	return proc_put_path_link(&p, buf, len);
}

static err_t exe_follow(struct inode *i, struct link_target *out)
{
	return exe_path(i, &out->path);
}

static err_t cwd_readlink(struct inode *i, struct span buf, usize *len)
{
	struct path p CLEANUP(path_drop) = {};
	TRY(cwd_path(i, &p));
	return proc_put_path_link(&p, buf, len);
}

static err_t cwd_follow(struct inode *i, struct link_target *out)
{
	return cwd_path(i, &out->path);
}

static err_t root_readlink(struct inode *i, struct span buf, usize *len)
{
	struct path p CLEANUP(path_drop) = {};
	TRY(root_path(i, &p));
	return proc_put_path_link(&p, buf, len);
}

static err_t root_follow(struct inode *i, struct link_target *out)
{
	return root_path(i, &out->path);
}

const struct inode_ops proc_exe_ops = { .readlink = exe_readlink, .follow = exe_follow };
const struct inode_ops proc_cwd_ops = { .readlink = cwd_readlink, .follow = cwd_follow };
const struct inode_ops proc_root_ops = { .readlink = root_readlink, .follow = root_follow };
