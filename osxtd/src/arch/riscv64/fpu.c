/* SPDX-License-Identifier: MPL-2.0 */
/*
 * fpu - the state in the layout of signal frames, and back.
 *
 *   Spec:  Linux uapi asm/ptrace.h (struct __riscv_d_ext_state).
 */
#include "fpu.h"

#include <osxtd/task.h>
#include <osxtd/user_ctx.h>

#include "vector.h"

static bool is_current(const struct user_ctx *ctx)
{
	struct task *t = task_current();
	return t != nullptr && &t->user == ctx;
}

/* What user mode changed since the area was last written goes there. */
static void flush(struct user_ctx *ctx)
{
	if (!is_current(ctx) || (ctx->_status & STATUS_FS_MASK) != STATUS_FS_MASK)
		return;
	fpu_save(fpu_area_of(ctx));
	ctx->_status = (ctx->_status & ~(u64)STATUS_FS_MASK) | STATUS_FS_CLEAN;
}

usize user_fpu_size(void)
{
	return sizeof(struct fpu_area);
}

struct span user_fpu_align(struct span room)
{
	return span_sub(room, (usize)(-address_of_(room._ptr) & 63), user_fpu_size());
}

void user_fpu_save(struct user_ctx *ctx, struct span out)
{
	ASSERT(ctx->_started && span_len(out) >= user_fpu_size());
	u64 flags = irq_save();
	flush(ctx);
	span_copy(out, cspan_of(*fpu_area_of(ctx)));
	irq_restore(flags);
}

/* Any bits are a state; of fcsr only those that exist. */
err_t user_fpu_restore(struct user_ctx *ctx, struct cspan in)
{
	enum : u32 { FCSR_MASK = 0xff };
	ASSERT(ctx->_started);
	struct fpu_area a = {};
	if (!cspan_read(in, 0, &a))
		return ERR_INVAL;
	a.fcsr &= FCSR_MASK;
	u64 flags = irq_save();
	*fpu_area_of(ctx) = a;
	ctx->_status = (ctx->_status & ~(u64)STATUS_FS_MASK) | STATUS_FS_CLEAN;
	if (is_current(ctx))
		fpu_load(fpu_area_of(ctx));
	irq_restore(flags);
	return OK;
}

void user_fpu_reset(struct user_ctx *ctx)
{
	struct fpu_area none = {};
	err_t e = user_fpu_restore(ctx, cspan_of(none));
	ASSERT(e == OK);
	ctx->_status &= ~(u64)STATUS_VS_MASK;
}
