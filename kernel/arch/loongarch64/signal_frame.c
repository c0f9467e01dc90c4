/* SPDX-License-Identifier: MPL-2.0 */
/*
 * signal_frame - the stack frame of a signal handler on loongarch64, and rt_sigreturn(2), its
 * inverse. The handler's stack pointer stands at the frame: siginfo, ucontext.  It returns to a
 * piece of code in the vDSO that calls rt_sigreturn. What sigreturn reads was written by user mode:
 * all of it are plain register values. Spec:  Linux uapi asm/ucontext.h, asm/sigcontext.h;
 * sigreturn(2), sigaltstack(2).
 */
#include <osxtd/buf.h>

#include "arch/arch.h"
#include "arch/signal_stack.h"
#include "vdso/sigreturn.h"

enum : u32 { SC_USED_FP = 1 };

struct abi_sigcontext {
	u64 pc;
	u64 registers[REG_COUNT];
	u32 flags, padding;
};
struct abi_ucontext {
	u64 flags, link;
	struct abi_stack stack;
	u64 sigmask;
	u8 unused[120], padding[8];
	struct abi_sigcontext mcontext; /* on 16 bytes; the FPU state follows */
};
static_assert(sizeof(struct abi_ucontext) == 448);
static_assert(offsetof(struct abi_ucontext, mcontext) == 176);
struct signal_frame {
	struct abi_siginfo info;
	struct abi_ucontext uc;
};
static_assert(sizeof(struct signal_frame) == 576);

struct arch_signal_room {
	struct object object;
	struct signal_frame out; /* what is never assigned stays 0 from the beginning */
	struct abi_ucontext in;
	struct buf fpu IMMUTABLE;
};

static void arch_signal_room_fini(struct arch_signal_room *r)
{
	buf_drop(&r->fpu);
}
OBJECT_TYPE(arch_signal_room, arch_signal_room_fini);

err_t arch_signal_room_new(struct arch_signal_room_ref *out)
{
	SCOPED_REF(arch_signal_room, r);
	TRY(arch_signal_room_alloc(&r));
	TRY(buf_alloc(user_fpu_size() + 63, &arch_signal_room_get(&r)->fpu));
	*out = arch_signal_room_move(&r);
	return OK;
}

BORROWS struct abi_siginfo *arch_signal_info(struct arch_signal_room *room)
{
	return &room->out.info;
}

err_t arch_signal_push(struct user_ctx *c, const struct arch_signal *s, struct abi_stack *altstack,
		       struct arch_signal_room *room)
{
	u64 fpu_bytes = user_fpu_size(), need = fpu_bytes + sizeof(struct signal_frame) + 64,
	    top = 0;
	TRY(signal_stack_choose(c, s, altstack, 0, need, &top));
	/* Behind each head of 16 bytes the registers stand on 32. */
	u64 fpu_at = ((top - fpu_bytes - 16) & ~(u64)31) + 16;
	if (fpu_at + fpu_bytes > top)
		fpu_at -= 32;
	u64 frame_at = fpu_at - sizeof(struct signal_frame);

	struct signal_frame *f = &room->out;
	f->uc.stack = *altstack;
	f->uc.sigmask = s->mask;
	if (f->uc.stack.size == 0)
		f->uc.stack.flags |= (u32)SS_DISABLE;
	f->uc.mcontext.pc = c->pc;
	f->uc.mcontext.flags = SC_USED_FP;
	for (usize i = 1; i < REG_COUNT; i++)
		array_at(f->uc.mcontext.registers, i) = array_at(c->regs, i);
	struct span fpu = user_fpu_align(buf_span(&room->fpu));
	user_fpu_save(c, fpu);
	TRY(user_write(uaddr_of(fpu_at), span_const(fpu)));
	TRY(user_write(uaddr_of(frame_at), cspan_of(*f)));

	if ((altstack->flags & (u32)SS_AUTODISARM) != 0)
		*altstack = (struct abi_stack){};
	c->regs[REG_RA] = s->vdso == 0 ? 0 : s->vdso + VDSO_SIGRETURN;
	c->pc = s->action->handler;
	c->regs[REG_SP] = frame_at;
	c->regs[REG_A0] = s->signo;
	c->regs[REG_A1] = frame_at + offsetof(struct signal_frame, info);
	c->regs[REG_A2] = frame_at + offsetof(struct signal_frame, uc);
	user_ctx_changed(c);
	return OK;
}

err_t arch_signal_pop(struct user_ctx *c, u64 *mask, struct abi_stack *altstack,
		      struct arch_signal_room *room)
{
	struct abi_ucontext *uc = &room->in;
	u64 frame_at = c->regs[REG_SP];
	TRY(user_read(uaddr_of(frame_at + offsetof(struct signal_frame, uc)), span_of(*uc)));
	struct span fpu = user_fpu_align(buf_span(&room->fpu));
	usize done = 0;
	/* A chain may end early; osxtd looks at what came. */
	(void)user_read_some(uaddr_of(frame_at + sizeof(struct signal_frame)), fpu, &done);
	if (user_fpu_restore(c, span_const(span_sub(fpu, 0, done))) != OK)
		return ERR_FAULT;
	c->pc = uc->mcontext.pc;
	for (usize i = 1; i < REG_COUNT; i++)
		array_at(c->regs, i) = array_at(uc->mcontext.registers, i);
	user_ctx_changed(c);
	*mask = uc->sigmask;
	*altstack = uc->stack;
	return OK;
}
