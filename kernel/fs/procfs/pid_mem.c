/* SPDX-License-Identifier: MPL-2.0 */
/*
 * pid_mem - /proc/PID/mem: a process's memory as a file whose offsets are its addresses.
 *
 * The memory is that of the moment of open(2): an exec in between does not hand the new program's
 * over, and the file does not keep it alive.  Spec: proc_pid_mem(5).
 */
#include "abi/fcntl.h"
#include "fs/procfs/subject.h"

enum : usize { PIECE = 512 };

struct proc_mem_file {
	struct file file;
	struct vmspace_weak space IMMUTABLE; /* null: there was none */
};
SUBTYPE(proc_mem_file, file);
static void proc_mem_file_fini(struct proc_mem_file *f)
{
	(void)f;
}
OBJECT_SUBTYPE(proc_mem_file, file, proc_mem_file_fini);

static err_t mem_read(struct file *f, struct uio *to, u64 *pos, usize *n)
{
	const struct proc_mem_file *m = proc_mem_file_of(f);
	SCOPED_REF(vmspace, space);
	if (!vmspace_upgrade(m->space, &space))
		return OK;
	while (uio_left(to) != 0) {
		u8 piece[PIECE] = {};
		usize done = 0, moved = 0;
		struct span part = span_sub(span_of(piece), 0,
					    (usize)min_of(uio_left(to), (u64)PIECE));
		err_t err = vmspace_read(vmspace_get(&space), uaddr_of(*pos), part, &done);
		if (done == 0)
			return err == OK || *n != 0 ? OK : ERR_IO;
		err = uio_put(to, span_const(span_sub(part, 0, done)), &moved);
		*n += moved;
		*pos += moved;
		TRY(err);
		if (task_pause(TASK_INTR_KILL))
			return OK;
	}
	return OK;
}

static err_t mem_write(struct file *f, struct uio *from, u64 *pos, usize *n)
{
	const struct proc_mem_file *m = proc_mem_file_of(f);
	SCOPED_REF(vmspace, space);
	if (!vmspace_upgrade(m->space, &space))
		return OK;
	while (uio_left(from) != 0) {
		u8 piece[PIECE] = {};
		usize done = 0, moved = 0;
		struct span part = span_sub(span_of(piece), 0,
					    (usize)min_of(uio_left(from), (u64)PIECE));
		TRY(uio_get(from, part, &moved));
		err_t err = vmspace_write(vmspace_get(&space), uaddr_of(*pos),
					  span_const(span_sub(part, 0, moved)), &done);
		*n += done;
		*pos += done;
		if (err != OK)
			return ERR_IO;
		if (task_pause(TASK_INTR_KILL))
			return OK;
	}
	return OK;
}

/* Offsets are addresses: those above 2^63 are fine. */
static err_t mem_seek(struct file *f, i64 off, u32 whence, u64 *pos)
{
	(void)f;
	if (whence == SEEK_SET)
		*pos = (u64)off;
	else if (whence == SEEK_CUR)
		*pos = wrap_add(*pos, (u64)off);
	else
		return ERR_INVAL;
	return OK;
}

static const struct file_ops mem_ops = {
	.name = "mem", .read = mem_read, .write = mem_write, .seek = mem_seek
};

static err_t mem_open(struct inode *i, u32 flags, struct file_ref *out)
{
	SCOPED(proc_subject, s, proc_subject_fini);
	SCOPED_REF(file, f);
	SCOPED_REF(vmspace, space);
	TRY(proc_subject_of(proc_inode_of(i), &s));
	TRY(proc_may_inspect(&s));
	TRY(proc_mem_file_alloc(&f));
	file_init(file_get(&f), &mem_ops, file_mode_of_flags(flags) | FILE_SEEK, flags);
	if (subject_space(&s, &space))
		proc_mem_file_of(file_get(&f))->space = vmspace_weaken(vmspace_get(&space));
	*out = file_move(&f);
	return OK;
}

const struct inode_ops proc_mem_ops = { .open = mem_open };
