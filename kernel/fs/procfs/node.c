/* SPDX-License-Identifier: MPL-2.0 */
/* node - inodes of procfs and whom they are about; see node.h. */
#include "fs/procfs/node.h"

#include "vm/mm.h"

enum : u64 { INO_SYSTEM = 0xf0000000 };

static void proc_inode_fini(struct proc_inode *i)
{
	(void)i;
}
OBJECT_SUBTYPE(proc_inode, inode, proc_inode_fini);

void proc_subject_fini(struct proc_subject *s)
{
	thread_drop(&s->thread);
	process_drop(&s->process);
}

u32 proc_device(void)
{
	shared static struct atomic_u32 device;
	return super_only_dev(&device);
}

u64 proc_ino(i32 pid, i32 tid, const struct proc_entry *e, i32 number)
{
	if (pid == 0)
		return INO_SYSTEM + (u64)(u32)number;
	/* Distinct names of one directory differ with great likelihood; of different ones by the
	 * numbers. */
	u64 where = (u64)(u32)(tid != 0 ? tid : pid) << 1 | (tid != 0);
	return where << 32 |
	       (number != 0 ? 0x80000000u | (u32)number : (u32)str_hash(e->name) & 0x7fffffff);
}

/* The owner of a process's files: its effective user, but root when others must not look into it,
 * or there is nothing left to look at.  Folders are the user's always. */
static void set_owner(const struct proc_subject *s, const struct proc_entry *e,
		      struct node_request *req)
{
	SCOPED_REF(cred, cred);
	SCOPED_REF(vmspace, space);
	bool is_open = false;
	if (!thread_is_null(&s->thread)) {
		thread_get_cred(thread_get(&s->thread), &cred);
		bool has_space = thread_get_space(thread_get(&s->thread), &space);
		is_open = !has_space || atomic_u32_load(&mm_of(vmspace_get(&space))->dumpable) == 1;
	} else if (!process_get_last_cred(process_get(&s->process), &cred)) {
		return;
	}
	if (!is_open && e->mode != (S_IFDIR | 0555))
		return;
	req->uid = cred_get(&cred)->euid;
	req->gid = cred_get(&cred)->egid;
}

err_t proc_inode_new(const struct proc_entry *e, const struct proc_subject *s, i32 number,
		     struct inode_ref *out)
{
	struct node_request req = { .mode = e->mode };
	i32 pid = 0, tid = 0;
	SCOPED_REF(inode, ref);
	TRY(proc_inode_alloc(&ref));
	struct proc_inode *i = proc_inode_of(inode_get(&ref));
	if (s != nullptr) {
		set_owner(s, e, &req);
		pid = process_pid(process_get(&s->process));
		tid = s->is_thread ? thread_tid(thread_get(&s->thread)) : 0;
		i->process = process_weaken(process_get(&s->process));
	}
	i->entry = e;
	i->pid = pid;
	i->tid = tid;
	i->number = number;
	const struct inode_ops *ops = e->inode_ops != nullptr ? e->inode_ops : &proc_text_inode_ops;
	inode_init(&i->inode, ops, &req, proc_device(), proc_ino(pid, tid, e, number));
	*out = inode_move(&ref);
	return OK;
}

err_t proc_find_process(i32 pid, struct proc_subject *out)
{
	if (!process_find(pid, &out->process))
		return ERR_NOENT;
	(void)process_first_thread(process_get(&out->process), &out->thread);
	return OK;
}

/* The threads of a zombie are gone, even its first. */
err_t proc_find_thread(const struct proc_subject *process, i32 tid, struct proc_subject *out)
{
	SCOPED_REF(thread, t);
	struct process *p = process_get(&process->process);
	if (!process_next_thread(p, tid - 1, &t) || thread_tid(thread_get(&t)) != tid)
		return ERR_NOENT;
	out->process = process_clone(p);
	out->thread = thread_move(&t);
	out->is_thread = true;
	return OK;
}

err_t proc_subject_of(const struct proc_inode *i, struct proc_subject *out)
{
	if (i->pid == 0)
		return OK;
	SCOPED_REF(process, known);
	SCOPED(proc_subject, found, proc_subject_fini);
	if (!process_upgrade(i->process, &known) || proc_find_process(i->pid, &found) != OK)
		return ERR_SRCH;
	if (process_get(&known) != process_get(&found.process))
		return ERR_SRCH;
	if (i->tid != 0) {
		if (proc_find_thread(&found, i->tid, out) != OK)
			return ERR_SRCH;
	} else {
		out->process = process_move(&found.process);
		out->thread = thread_move(&found.thread);
	}
	out->number = i->number;
	return OK;
}

struct thread *proc_caller(void)
{
	return thread_is(task_current()) ? thread_of(task_current()) : nullptr;
}

err_t proc_may_inspect(const struct proc_subject *s)
{
	struct thread *self = proc_caller();
	if (self == nullptr || process_is_null(&s->process))
		return OK;
	return process_may_inspect(self, process_get(&s->process)) ? OK : ERR_ACCES;
}

bool proc_parse_number(struct str name, i32 *out)
{
	u64 v = 0;
	usize len = str_len(name);
	if (len == 0 || len > 9 || (len > 1 && str_get(name, 0) == '0') ||
	    !str_to_u64(name, 10, &v))
		return false;
	*out = (i32)v;
	return true;
}

void proc_put_name(struct text *t, struct str s)
{
	for (usize i = 0; i < str_len(s); i++) {
		char c = str_get(s, i);
		if (c == '\n')
			text_put(t, STR("\\n"));
		else if (c == '\\')
			text_put(t, STR("\\\\"));
		else
			text_put_char(t, c);
	}
}

void proc_put_path(struct text *t, struct str s)
{
	for (usize i = 0; i < str_len(s); i++) {
		char c = str_get(s, i);
		if (c == '\n')
			text_put(t, STR("\\012"));
		else
			text_put_char(t, c);
	}
}
