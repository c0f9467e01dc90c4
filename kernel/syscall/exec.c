/* SPDX-License-Identifier: MPL-2.0 */
/* exec - execve(2), execveat(2). */
#include "process/internal.h"
#include "process/exec.h"

#include "abi/fcntl.h"
#include "fs/namei.h"
#include "process/thread.h"
#include "syscall/handlers_mm.h"

enum : u32 { EXECVEAT_FLAGS = AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW };

/* What the two calls ask for. */
struct exec_call {
	i32 dirfd;
	u32 flags;
	struct uaddr path, argv, envp;
};

/* True when path counts from dirfd, and the program is told so: "/dev/fd/N/path". */
static bool is_from_fd(const struct exec_call *c, const struct at *at)
{
	return c->dirfd != AT_FDCWD && (str_len(at->name) == 0 || str_get(at->name, 0) != '/');
}

static err_t run(struct thread *self, const struct exec_call *c, struct at *at)
{
	struct exec_strings argv CLEANUP(exec_strings_fini) = {};
	struct exec_strings envp CLEANUP(exec_strings_fini) = {};
	usize limit = exec_args_limit(self);
	TRY(exec_strings_user(&argv, c->argv, limit));
	TRY(exec_strings_user(&envp, c->envp, limit));
	if (likely(!is_from_fd(c, at)))
		return exec_at(self, at, c->flags, at->name, &argv, &envp);

	SCOPED_BUF(told);
	TRY(buf_alloc_uninit(str_len(at->name) + 32, &told));
	struct text t = text_in(buf_span(&told));
	FMT(&t, "/dev/fd/{}", c->dirfd);
	if (str_len(at->name) != 0)
		FMT(&t, "/{}", at->name);
	return exec_at(self, at, c->flags, text_str(&t), &argv, &envp);
}

static err_t exec_call(struct thread *self, const struct exec_call *c)
{
	if ((c->flags & ~(u32)EXECVEAT_FLAGS) != 0)
		return ERR_INVAL;
	struct at at CLEANUP(at_fini) = {};
	TRY(at_user(thread_files(self), c->dirfd, c->path, c->flags, &at));
	return run(self, c, &at);
}

err_t sys_execve(struct thread *self, const struct sysargs *a, i64 *ret)
{
	if (!user_ctx_is_whole(&self->task.user))
		return ERR_WANTS_CONTEXT;
	(void)ret;
	struct exec_call c = { AT_FDCWD, 0, arg_uaddr(a->a0), arg_uaddr(a->a1), arg_uaddr(a->a2) };
	return exec_call(self, &c);
}

err_t sys_execveat(struct thread *self, const struct sysargs *a, i64 *ret)
{
	if (!user_ctx_is_whole(&self->task.user))
		return ERR_WANTS_CONTEXT;
	(void)ret;
	struct exec_call c = { arg_int(a->a0), (u32)a->a4, arg_uaddr(a->a1), arg_uaddr(a->a2),
			       arg_uaddr(a->a3) };
	return exec_call(self, &c);
}
