/* SPDX-License-Identifier: MPL-2.0 */
/*
 * vector - the vector registers of user mode, where the CPU has them.
 *
 * A task begins with sstatus.VS off: its first vector instruction is illegal, and answered by
 * vector_first_use, which gives it registers of zeroes.  From then on they are kept as the FPU's
 * are (fpu.h), in an area behind the FPU's.
 *
 *   Spec:  RISC-V privileged architecture, 3.1.6.6 (VS); unprivileged, 31 (V 1.0).
 */
#pragma once
#include <arch/user_ctx.h>
#include <osxtd/base.h>
#include <osxtd/span.h>

enum : u64 { STATUS_VS_INITIAL = 1 << 9, STATUS_VS_CLEAN = 2 << 9, STATUS_VS_MASK = 3 << 9 };

/* As Linux's struct __riscv_v_ext_state, whose last word is a pointer; the registers follow. */
struct vector_area {
	u64 start, length, type, control, register_bytes;
	u64 data;
} __attribute__((aligned(16)));

/* Reads how long the registers are; the CPU has them. */
void vector_init(void);
/* Of an area with its registers; 0: the CPU has none, or longer ones than there is room for. */
usize vector_area_bytes(void);
/* ctx is the current task's and met an illegal instruction: true when it should be tried again. */
bool vector_first_use(struct user_ctx *ctx);

/* vector_regs.S.  Both leave the registers as the area has them. */
void vector_save(struct vector_area *area);
void vector_load(const struct vector_area *area);
u64 vector_register_bytes(void);

struct vector_area *vector_area_of(const struct user_ctx *c);

ALWAYS_INLINE bool vector_is_on(const struct user_ctx *c)
{
	return (c->_status & STATUS_VS_MASK) != 0;
}
/* What user mode changed since the area was last written goes there; ctx is the current task's. */
ALWAYS_INLINE void vector_keep(struct user_ctx *c)
{
	if (likely((c->_status & STATUS_VS_MASK) != STATUS_VS_MASK))
		return;
	vector_save(vector_area_of(c));
	c->_status = (c->_status & ~(u64)STATUS_VS_MASK) | STATUS_VS_CLEAN;
}
