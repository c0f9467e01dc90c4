/* SPDX-License-Identifier: MPL-2.0 */
/* vector - see vector.h; the state in the layout of signal frames. */
#include "vector.h"

#include <osxtd/cpu.h>
#include <osxtd/task.h>

#include "fpu.h"

enum : usize { REGISTERS = 32, REGISTER_BYTES_MAX = 64 };

static u64 shared register_bytes OWNER(boot); /* vlenb; 0: no vector registers for programs */

void vector_init(void)
{
	u64 bytes = vector_register_bytes();
	register_bytes = bytes <= REGISTER_BYTES_MAX ? bytes : 0;
}

usize vector_area_bytes(void)
{
	return register_bytes == 0 ? 0 : sizeof(struct vector_area) + REGISTERS * register_bytes;
}

UNSAFE("1. arch_task_init left vector_area_bytes behind the FPU's area")
struct vector_area *vector_area_of(const struct user_ctx *c)
{
	return (struct vector_area *)(void *)(fpu_area_of(c) + 1);
}

UNSAFE("1. the registers follow the head of the area, which has vector_area_bytes")
static struct span registers_of(const struct user_ctx *c)
{
	return (struct span){ (u8 *)(vector_area_of(c) + 1), REGISTERS * register_bytes };
}

bool vector_first_use(struct user_ctx *ctx)
{
	const u64 no_type = (u64)1 << 63; /* the bit that says so */
	if (register_bytes == 0 || vector_is_on(ctx))
		return false;
	*vector_area_of(ctx) = (struct vector_area){ .type = no_type,
						     .register_bytes = register_bytes };
	span_fill(registers_of(ctx), 0);
	vector_load(vector_area_of(ctx));
	ctx->_status |= STATUS_VS_CLEAN;
	return true;
}

/* ---- for signal frames ---- */

usize user_vector_size(void)
{
	return vector_area_bytes();
}

bool user_vector_is_used(const struct user_ctx *ctx)
{
	return vector_is_on(ctx);
}

void user_vector_save(struct user_ctx *ctx, struct span out)
{
	struct vector_area *a = vector_area_of(ctx);
	u64 flags = irq_save();
	vector_keep(ctx);
	span_copy(span_sub(out, 0, sizeof(*a)), cspan_of(*a));
	span_copy(span_from(out, sizeof(*a)), span_const(registers_of(ctx)));
	irq_restore(flags);
}

err_t user_vector_restore(struct user_ctx *ctx, struct cspan in)
{
	struct vector_area head = {};
	struct cspan registers = {};
	if (!vector_is_on(ctx) || !cspan_read(in, 0, &head) ||
	    !cspan_try_sub(in, sizeof(head), REGISTERS * register_bytes, &registers))
		return ERR_INVAL;
	enum : u64 { CONTROL_MASK = 7 };
	head.control &= CONTROL_MASK;
	head.start &= REGISTERS * REGISTER_BYTES_MAX - 1;
	head.register_bytes = register_bytes;
	u64 flags = irq_save();
	*vector_area_of(ctx) = head;
	span_copy(registers_of(ctx), registers);
	vector_load(vector_area_of(ctx));
	ctx->_status = (ctx->_status & ~(u64)STATUS_VS_MASK) | STATUS_VS_CLEAN;
	irq_restore(flags);
	return OK;
}
