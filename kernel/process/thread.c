/* SPDX-License-Identifier: MPL-2.0 */
/*
 * thread - a thread's own parts: making and dropping them, what others may ask.
 */
#include "process/internal.h"

static void thread_fini(struct thread *t)
{
	fdtable_drop(&t->files);
	fs_ctx_drop(&t->fs);
	cred_drop(&t->cred);
	sighand_drop(&t->sighand);
	vmspace_drop(&t->mm);
	completion_drop(&t->vfork);
	arch_signal_room_drop(&t->frame_room);
	task_fini(&t->task);
	process_drop(&t->process);
}
OBJECT_SUBTYPE(thread, task, thread_fini);

static void completion_fini(struct completion *c)
{
	(void)c;
}
OBJECT_TYPE(completion, completion_fini);

err_t completion_new(struct completion_ref *out)
{
	return completion_alloc(out);
}

err_t thread_new(void (*entry)(struct task *t), struct task_ref *out)
{
	SCOPED_REF(task, r);
	TRY(thread_alloc(&r));
	TRY(task_init(task_get(&r), entry));
	*out = task_move(&r);
	return OK;
}

/* ---- of the calling thread ---- */

struct fdtable *thread_files(struct thread *self)
{
	return fdtable_get(&self->files);
}

struct fs_ctx *thread_fs(struct thread *self)
{
	return fs_ctx_get(&self->fs);
}

struct mm *thread_mm(struct thread *self)
{
	return mm_of(vmspace_get(&self->mm));
}

const struct cred *thread_cred(struct thread *self)
{
	return cred_get(&self->cred);
}

struct process *thread_process(struct thread *self)
{
	return process_of(self);
}

struct process *thread_process_of(struct thread *t)
{
	return process_of(t);
}

struct task *thread_task(struct thread *t)
{
	return &t->task;
}

i32 thread_tid(const struct thread *t)
{
	GUARD(signal, &process_of(t)->lock);
	return t->tid;
}

i32 thread_pid(const struct thread *t)
{
	return process_of(t)->pid;
}

u64 thread_rlimit(struct thread *self, u32 resource)
{
	return atomic_u64_load(&array_at(process_of(self)->limits.soft, resource));
}

void thread_signal_self(struct thread *self, u32 signal)
{
	struct siginfo info = { .signo = (i32)signal, .code = SI_KERNEL };
	if (signal == SIGPIPE || signal == SIGXFSZ) {
		info.code = SI_USER;
		info.pid = process_of(self)->pid;
		info.uid = thread_cred(self)->uid;
	}
	(void)signal_send_thread(self, &info);
}

/* ---- replacing parts: P4 ---- */

void thread_set_cred(struct thread *self, struct cred_ref cred)
{
	SCOPED_REF(cred, old);
	{
		GUARD(parts, &process_of(self)->parts);
		old = cred_move(&self->cred);
		self->cred = cred_move(&cred);
	}
}

void thread_set_mm(struct thread *self, struct vmspace_ref mm)
{
	SCOPED_REF(vmspace, old);
	bool has_mm = !vmspace_is_null(&mm);
	struct vmspace_ref active = vmspace_clone_or_null(vmspace_get_or_null(&mm));
	{
		GUARD(parts, &process_of(self)->parts);
		old = vmspace_move(&self->mm);
		self->mm = vmspace_move(&mm);
	}
	self->space_id = has_mm ? world_new_space_id() : 0;
	task_set_space(vmspace_move(&active));
}

void thread_set_fs(struct thread *self, struct fs_ctx_ref fs)
{
	SCOPED_REF(fs_ctx, old);
	{
		GUARD(parts, &process_of(self)->parts);
		old = fs_ctx_move(&self->fs);
		self->fs = fs_ctx_move(&fs);
	}
}

void thread_set_files(struct thread *self, struct fdtable_ref files)
{
	SCOPED_REF(fdtable, old);
	{
		GUARD(parts, &process_of(self)->parts);
		old = fdtable_move(&self->files);
		self->files = fdtable_move(&files);
	}
}

err_t thread_unshare_files(struct thread *self)
{
	SCOPED_REF(fdtable, own);
	if (!fdtable_is_shared(thread_files(self)))
		return OK;
	TRY(fdtable_fork(thread_files(self), &own));
	thread_set_files(self, fdtable_move(&own));
	return OK;
}

err_t thread_unshare_fs(struct thread *self)
{
	SCOPED_REF(fs_ctx, own);
	TRY(fs_ctx_fork(thread_fs(self), &own));
	thread_set_fs(self, fs_ctx_move(&own));
	return OK;
}

void thread_release_parts(struct thread *self)
{
	SCOPED_REF(fdtable, files);
	SCOPED_REF(fs_ctx, fs);
	{
		GUARD(parts, &process_of(self)->parts);
		files = fdtable_move(&self->files);
		fs = fs_ctx_move(&self->fs);
	}
}

/* ---- of any thread ---- */

bool thread_get_space(struct thread *t, struct vmspace_ref *out)
{
	GUARD(parts, &process_of(t)->parts);
	*out = vmspace_clone_or_null(vmspace_get_or_null(&t->mm));
	return !vmspace_is_null(out);
}

bool thread_get_files(struct thread *t, struct fdtable_ref *out)
{
	GUARD(parts, &process_of(t)->parts);
	*out = fdtable_clone_or_null(fdtable_get_or_null(&t->files));
	return !fdtable_is_null(out);
}

bool thread_get_fs(struct thread *t, struct fs_ctx_ref *out)
{
	GUARD(parts, &process_of(t)->parts);
	*out = fs_ctx_clone_or_null(fs_ctx_get_or_null(&t->fs));
	return !fs_ctx_is_null(out);
}

void thread_get_cred(struct thread *t, struct cred_ref *out)
{
	GUARD(parts, &process_of(t)->parts);
	*out = cred_clone(cred_get(&t->cred));
}

bool process_get_last_cred(struct process *p, struct cred_ref *out)
{
	GUARD(signal, &p->lock);
	*out = cred_clone_or_null(cred_get_or_null(&p->last_cred));
	return !cred_is_null(out);
}

void thread_set_comm(struct thread *t, struct str name)
{
	GUARD(parts, &process_of(t)->parts);
	usize len = min_of(str_len(name), (usize)COMM_BYTES - 1);
	for (usize i = 0; i < COMM_BYTES; i++)
		array_at(t->comm, i) = i < len ? str_get(name, i) : '\0';
}

void thread_get_comm(struct thread *t, char (*out)[COMM_BYTES])
{
	GUARD(parts, &process_of(t)->parts);
	for (u32 i = 0; i < COMM_BYTES; i++)
		array_at(*out, i) = array_at(t->comm, i);
}
