// SPDX-License-Identifier: MPL-2.0
/*
 * fpu - the state in the layout of signal frames, and back.
 *
 * What comes back was written by user mode: heads and sizes are checked, and fcsr is kept from
 * exceptions that would hit when it is loaded.  Every value of a register is good.
 *
 *   Spec:  Linux uapi asm/sigcontext.h (struct sctx_info and what follows it).
 */
#include "fpu.h"

#include <osxtd/task.h>

struct block_head {
	u32 magic, bytes;
	u64 unused;
};

enum : usize { HEAD_BYTES = sizeof(struct block_head), FLAGS_BYTES = 8 };
enum : u32 { FCSR_ENABLES = 0x1f, FCSR_CAUSE_SHIFT = 24, FCSR_WRITABLE = 0x1f1f031f };

static bool is_current(const struct user_ctx *ctx)
{
	struct task *t = task_current();
	return t != nullptr && &t->user == ctx;
}

void fpu_area_init(void *area)
{
	memset(area, 0, fpu_area_bytes());
}

static u32 magic_of(u32 register_bytes)
{
	switch (register_bytes) {
	case 32:
		return USER_LASX_MAGIC;
	case 16:
		return USER_LSX_MAGIC;
	default:
		return USER_FPU_MAGIC;
	}
}

usize user_fpu_size(void)
{
	return HEAD_BYTES + fpu_state_bytes() + HEAD_BYTES;
}

struct span user_fpu_align(struct span room)
{
	return span_sub(room, (usize)((16 - address_of_(room._ptr)) & 31), user_fpu_size());
}

/* The area of a context as bytes. */
static struct span area_bytes(const struct user_ctx *ctx)
{
	UNSAFE("1. _fpu is fpu_area_bytes() long, which is fpu_state_bytes() rounded up")
	return (struct span){ (u8 *)ctx->_fpu, fpu_state_bytes() };
}

void user_fpu_save(struct user_ctx *ctx, struct span out)
{
	ASSERT(ctx->_started && span_len(out) >= user_fpu_size());
	u64 flags = irq_save();
	if (is_current(ctx))
		fpu_save(ctx->_fpu);
	irq_restore(flags);
	struct block_head head = { magic_of(fpu_register_bytes()),
				   (u32)(HEAD_BYTES + fpu_state_bytes()), 0 };
	struct block_head end = {};
	span_copy(out, cspan_of(head));
	span_copy(span_from(out, HEAD_BYTES), span_const(area_bytes(ctx)));
	span_copy(span_from(out, head.bytes), cspan_of(end));
}

/* Registers of from bytes each into an area of them or of wider ones, whose upper parts become 0.
 */
static void take_registers(struct span area, struct cspan in, u32 from)
{
	u32 to = fpu_register_bytes();
	if (from == to) {
		span_copy(area, cspan_sub(in, 0, FPU_REGISTERS * from));
	} else {
		span_fill(area, 0);
		for (u32 i = 0; i < FPU_REGISTERS; i++)
			span_copy(span_from(area, i * to), cspan_sub(in, i * from, from));
	}
	span_copy(span_from(area, FPU_REGISTERS * to),
		  cspan_sub(in, FPU_REGISTERS * from, FLAGS_BYTES));
	u32 fcsr = 0;
	(void)cspan_read(in, FPU_REGISTERS * from + FLAGS_BYTES, &fcsr);
	/* A cause that is enabled would be an exception at once. */
	fcsr &= FCSR_WRITABLE & ~((fcsr & FCSR_ENABLES) << FCSR_CAUSE_SHIFT);
	span_copy(span_from(area, FPU_REGISTERS * to + FLAGS_BYTES), cspan_of(fcsr));
}

/* Bytes of a register in a block; 0 when its head is none that this CPU has. */
static u32 register_bytes_of(u32 magic)
{
	for (u32 bytes = 8; bytes <= fpu_register_bytes(); bytes *= 2) {
		if (magic == magic_of(bytes))
			return bytes;
	}
	return 0;
}

/* Looks the chain through; *state is its registers, of *bytes each (0: it has none). */
static bool read_chain(struct cspan in, struct cspan *state, u32 *bytes)
{
	usize at = 0;
	*bytes = 0;
	for (;;) {
		struct block_head head = {};
		if (!cspan_read(in, at, &head))
			return false;
		if (head.magic == 0)
			return head.bytes == 0;
		u32 wide = register_bytes_of(head.magic);
		usize need = FPU_REGISTERS * wide + FLAGS_BYTES + sizeof(u32);
		if (wide == 0 || *bytes != 0 || head.bytes < HEAD_BYTES + need ||
		    !cspan_try_sub(in, at + HEAD_BYTES, need, state))
			return false;
		*bytes = wide;
		at += head.bytes;
	}
}

err_t user_fpu_restore(struct user_ctx *ctx, struct cspan in)
{
	ASSERT(ctx->_started);
	struct cspan state = {};
	u32 bytes = 0;
	if (!read_chain(in, &state, &bytes))
		return ERR_INVAL;
	if (bytes == 0) {
		user_fpu_reset(ctx);
		return OK;
	}
	u64 flags = irq_save(); /* no switch may save into the area meanwhile */
	take_registers(area_bytes(ctx), state, bytes);
	if (is_current(ctx))
		fpu_load(ctx->_fpu);
	irq_restore(flags);
	return OK;
}

void user_fpu_reset(struct user_ctx *ctx)
{
	u64 flags = irq_save();
	fpu_area_init(ctx->_fpu);
	if (is_current(ctx))
		fpu_load(ctx->_fpu);
	irq_restore(flags);
}
