/* SPDX-License-Identifier: MPL-2.0 */
/* fs_mount - mount(2), umount2(2), pivot_root(2). */
#include "syscall/fs_common.h"

/* A string argument that may be null; *text is empty then. */
static err_t read_text(u64 from, struct buf *memory, struct str *text)
{
	usize len = 0;
	if (from == 0)
		return OK;
	TRY(buf_alloc(PATH_MAX, memory));
	err_t e = user_read_str(arg_uaddr(from), buf_span(memory), &len);
	if (e != OK)
		return e == ERR_NAMETOOLONG ? ERR_INVAL : e;
	*text = str_sub(buf_str(memory), 0, len);
	return OK;
}

/* Options: up to a page, which may end at the edge of what is mapped. */
static err_t read_options(u64 from, struct buf *memory, struct str *text)
{
	usize done = 0;
	if (from == 0)
		return OK;
	TRY(buf_alloc(PAGE_SIZE, memory));
	err_t e = user_read_some(arg_uaddr(from), span_sub(buf_span(memory), 0, PAGE_SIZE - 1),
				 &done);
	if (e != OK && done == 0)
		return e;
	*text = str_until_nul(span_const(span_sub(buf_span(memory), 0, done)));
	return OK;
}

err_t sys_mount(struct thread *self, const struct sysargs *a, i64 *ret)
{
	SCOPED_BUF(type);
	SCOPED_BUF(source);
	SCOPED_BUF(options);
	struct at at CLEANUP(at_fini) = {};
	struct at from CLEANUP(at_fini) = {};
	struct mount_request req = { .flags = a->a3 };
	(void)ret;
	TRY(read_text(a->a2, &type, &req.type));
	TRY(read_text(a->a0, &source, &req.source));
	TRY(read_options(a->a4, &options, &req.options));
	TRY(fs_at(self, AT_FDCWD, a->a1, 0, &at));
	if ((req.flags & MS_MGC_MSK) == MS_MGC_VAL)
		req.flags &= ~(u64)MS_MGC_MSK;
	bool two_paths = (req.flags & (MS_BIND | MS_MOVE)) != 0 && (req.flags & MS_REMOUNT) == 0;
	if (!two_paths)
		return mount_do(thread_fs(self), thread_cred(self), &req, &at);
	if (str_len(req.source) == 0)
		return ERR_INVAL;
	from.name = req.source;
	if ((req.flags & MS_BIND) != 0)
		return mount_bind(thread_fs(self), thread_cred(self), &from, &at, req.flags);
	return mount_relocate(thread_fs(self), thread_cred(self), &from, &at);
}

err_t sys_umount2(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct at at CLEANUP(at_fini) = {};
	(void)ret;
	TRY(fs_at(self, AT_FDCWD, a->a0, 0, &at));
	return mount_umount(thread_fs(self), thread_cred(self), &at, (u32)a->a1);
}

err_t sys_pivot_root(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct at new_root CLEANUP(at_fini) = {};
	struct at put_old CLEANUP(at_fini) = {};
	(void)ret;
	if (!cred_has_cap(thread_cred(self), CAP_SYS_ADMIN))
		return ERR_PERM;
	TRY(fs_at(self, AT_FDCWD, a->a0, 0, &new_root));
	TRY(fs_at(self, AT_FDCWD, a->a1, 0, &put_old));
	return mount_pivot(thread_fs(self), thread_cred(self), &new_root, &put_old);
}
