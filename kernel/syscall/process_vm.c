/* SPDX-License-Identifier: MPL-2.0 */
/*
 * process_vm - process_vm_readv(2), process_vm_writev(2): copies between the caller's memory and
 * another process's.
 *
 * Through a page of kernel memory: each side may fault, and only one address space is current.
 */
#include <osxtd/buf.h>

#include "process/process.h"
#include "syscall/handlers_mm.h"
#include "vm/mm.h"

enum direction : u8 { FROM_OTHER, TO_OTHER };

struct ON_STACK transfer {
	enum direction direction;
	struct uio local;
	struct vmspace_ref space; /* the other's */
	struct buf pieces;	  /* its iovecs */
	struct buf bounce;
	u64 done;
};
static void transfer_fini(struct transfer *x)
{
	vmspace_drop(&x->space);
	buf_drop(&x->pieces);
	buf_drop(&x->bounce);
}

static err_t find_space(struct thread *self, i32 pid, struct vmspace_ref *out)
{
	SCOPED_REF(process, process);
	SCOPED_REF(thread, thread);
	if (!process_find(pid, &process))
		return ERR_SRCH;
	if (!process_may_inspect(self, process_get(&process)))
		return ERR_PERM;
	if (!process_first_thread(process_get(&process), &thread) ||
	    !thread_get_space(thread_get(&thread), out))
		return ERR_SRCH;
	return OK;
}

/* One stretch of the other's memory, at most the bounce buffer; *n: bytes that went over. */
static err_t move_part(struct transfer *x, struct uaddr other, struct span part, usize *n)
{
	struct vmspace *space = vmspace_get(&x->space);
	if (x->direction == TO_OTHER) {
		usize got = 0;
		TRY(uio_get(&x->local, part, &got));
		return vmspace_write(space, other, span_const(span_sub(part, 0, got)), n);
	}
	usize got = 0;
	err_t e = vmspace_read(space, other, part, &got);
	err_t put = uio_put(&x->local, span_const(span_sub(part, 0, got)), n);
	return e != OK ? e : put;
}

static err_t move_piece(struct transfer *x, const struct user_iovec *piece)
{
	for (u64 at = 0; at < piece->len && uio_left(&x->local) != 0;) {
		u64 left = min_of(piece->len - at, uio_left(&x->local));
		usize len = (usize)min_of(left, (u64)PAGE_SIZE);
		usize n = 0;
		struct uaddr other = uaddr_add(uaddr_of(piece->base), at);
		err_t e = move_part(x, other, span_sub(buf_span(&x->bounce), 0, len), &n);
		x->done += n;
		at += n;
		if (e != OK)
			return e;
		if (n == 0)
			return ERR_FAULT;
		if (task_pause(TASK_INTR_KILL))
			return ERR_INTR;
	}
	return OK;
}

static err_t read_pieces(struct transfer *x, struct uaddr iov, u64 count)
{
	u64 total = 0;
	if (count > UIO_MAX_IOV)
		return ERR_INVAL;
	TRY(buf_alloc_uninit(count * sizeof(struct user_iovec), &x->pieces));
	TRY(user_read(iov, buf_span(&x->pieces)));
	for (u64 i = 0; i < count; i++) {
		struct user_iovec piece = {};
		if (!cspan_read(span_const(buf_span(&x->pieces)), i * sizeof(piece), &piece))
			return ERR_FAULT;
		if (!ckd_add(total, piece.len, &total) || total > (u64)INT64_MAX)
			return ERR_INVAL;
	}
	return OK;
}

static err_t transfer(struct thread *self, const struct sysargs *a, enum direction direction,
		      i64 *ret)
{
	struct transfer x CLEANUP(transfer_fini) = { .direction = direction };
	if (a->a5 != 0)
		return ERR_INVAL;
	TRY(uio_user_vec(arg_uaddr(a->a1), a->a2, &x.local));
	TRY(read_pieces(&x, arg_uaddr(a->a3), a->a4));
	if (uio_left(&x.local) == 0)
		return OK;
	TRY(find_space(self, arg_int(a->a0), &x.space));
	TRY(buf_alloc_uninit(PAGE_SIZE, &x.bounce));
	for (u64 i = 0; i < a->a4; i++) {
		struct user_iovec piece = {};
		err_t e = OK;
		if (cspan_read(span_const(buf_span(&x.pieces)), i * sizeof(piece), &piece))
			e = move_piece(&x, &piece);
		if (e != OK && x.done == 0)
			return e;
		if (e != OK)
			break;
	}
	*ret = (i64)x.done;
	return OK;
}

err_t sys_process_vm_readv(struct thread *self, const struct sysargs *a, i64 *ret)
{
	return transfer(self, a, FROM_OTHER, ret);
}

err_t sys_process_vm_writev(struct thread *self, const struct sysargs *a, i64 *ret)
{
	return transfer(self, a, TO_OTHER, ret);
}
