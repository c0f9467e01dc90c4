/* SPDX-License-Identifier: MPL-2.0 */
/*
 * signal_frame - the stack frame of a signal handler on x86_64, and rt_sigreturn(2), its inverse.
 *
 * From high to low addresses: the red zone of what was interrupted (128 bytes), the FPU state
 * (64-byte aligned), siginfo, ucontext, the address of the restorer, at which the handler's stack
 * pointer stands as after a call.
 *
 * What sigreturn reads was written by user mode: user_run forces segments and flags, the FPU state
 * is checked by osxtd, the rest are plain register values.
 *
 *   Spec:  System V psABI for AMD64 3.2.2, 3.4.1; sigreturn(2), sigaltstack(2).
 */
#include <osxtd/buf.h>

#include "arch/arch.h"
#include "arch/signal_stack.h"

enum : u64 {
	RED_ZONE = 128,
	UC_FP_XSTATE = 1,
	UC_SIGCONTEXT_SS = 2,
	UC_STRICT_RESTORE_SS = 4,
	USER_CS_SELECTOR = 0x33,
	USER_SS_SELECTOR = 0x2b,
	FLAG_TF = 0x100,
	FLAG_DF = 0x400,
	FLAG_RF = 0x10000,
	/* carry, parity, adjust, zero, sign, trap, direction, overflow, resume, alignment check */
	FLAGS_RESTORED = 0x50dd5,
};
enum : u32 { FPU_LEGACY_BYTES = 512 };

struct abi_sigcontext {
	u64 r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip,
		eflags;
	u16 cs, gs, fs, ss;
	u64 err, trapno, oldmask, cr2, fpstate;
	u64 reserved[8];
};
static_assert(sizeof(struct abi_sigcontext) == 256);
struct abi_ucontext {
	u64 flags, link;
	struct abi_stack stack;
	struct abi_sigcontext mcontext;
	u64 sigmask;
};
static_assert(sizeof(struct abi_ucontext) == 304);
struct signal_frame {
	u64 restorer;
	struct abi_ucontext uc;
	struct abi_siginfo info;
};
static_assert(sizeof(struct signal_frame) == 440);

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

static void fill_registers(const struct user_ctx *c, struct abi_sigcontext *m)
{
	struct user_event_info ev = {};
	user_event_info(c, &ev);
	m->r8 = c->r8;
	m->r9 = c->r9;
	m->r10 = c->r10;
	m->r11 = c->r11;
	m->r12 = c->r12;
	m->r13 = c->r13;
	m->r14 = c->r14;
	m->r15 = c->r15;
	m->rdi = c->rdi;
	m->rsi = c->rsi;
	m->rbp = c->rbp;
	m->rbx = c->rbx;
	m->rdx = c->rdx;
	m->rax = c->rax;
	m->rcx = c->rcx;
	m->rsp = c->rsp;
	m->rip = c->rip;
	m->eflags = c->rflags;
	m->cs = (u16)USER_CS_SELECTOR;
	m->ss = (u16)USER_SS_SELECTOR;
	m->err = ev.code;
	m->trapno = ev.number;
	m->cr2 = ev.address;
}

err_t arch_signal_push(struct user_ctx *c, const struct arch_signal *s, struct abi_stack *altstack,
		       struct arch_signal_room *room)
{
	u64 fpu_bytes = user_fpu_size();
	u64 need = fpu_bytes + 64 + sizeof(struct signal_frame) + 16 + 8;
	u64 top = 0;
	TRY(signal_stack_choose(c, s, altstack, RED_ZONE, need, &top));
	u64 fpu_at = (top - fpu_bytes) & ~(u64)63;
	u64 frame_at = ((fpu_at - sizeof(struct signal_frame)) & ~(u64)15) - 8;

	struct signal_frame *f = &room->out;
	f->restorer = s->action->restorer;
	f->uc.flags = (fpu_bytes > FPU_LEGACY_BYTES ? (u64)UC_FP_XSTATE : 0) |
		      (u64)UC_SIGCONTEXT_SS | (u64)UC_STRICT_RESTORE_SS;
	f->uc.stack = *altstack;
	f->uc.sigmask = s->mask;
	if (f->uc.stack.size == 0)
		f->uc.stack.flags |= (u32)SS_DISABLE;
	fill_registers(c, &f->uc.mcontext);
	f->uc.mcontext.fpstate = fpu_at;
	f->uc.mcontext.oldmask = s->mask;
	struct span fpu = user_fpu_align(buf_span(&room->fpu));
	user_fpu_save(c, fpu);
	TRY(user_write(uaddr_of(fpu_at), span_const(fpu)));
	TRY(user_write(uaddr_of(frame_at), cspan_of(*f)));

	if ((altstack->flags & (u32)SS_AUTODISARM) != 0)
		*altstack = (struct abi_stack){};
	c->rdi = s->signo;
	c->rsi = frame_at + offsetof(struct signal_frame, info);
	c->rdx = frame_at + offsetof(struct signal_frame, uc);
	c->rax = 0;
	c->rsp = frame_at;
	c->rip = s->action->handler;
	c->rflags &= ~(u64)(FLAG_TF | FLAG_DF | FLAG_RF);
	user_ctx_changed(c);
	return OK;
}

static err_t pop_fpu(struct user_ctx *c, u64 at, struct span fpu)
{
	if (at == 0) {
		user_fpu_reset(c);
		return OK;
	}
	/* A frame may end behind its legacy part; osxtd looks at what came whether it is more. */
	usize done = 0;
	if (user_read_some(uaddr_of(at), fpu, &done) != OK && done < FPU_LEGACY_BYTES)
		return ERR_FAULT;
	return user_fpu_restore(c, span_const(span_sub(fpu, 0, done))) == OK ? OK : ERR_FAULT;
}

err_t arch_signal_pop(struct user_ctx *c, u64 *mask, struct abi_stack *altstack,
		      struct arch_signal_room *room)
{
	struct abi_ucontext *uc = &room->in;
	/* The handler's return took the restorer's address off the stack. */
	TRY(user_read(uaddr_of(c->rsp), span_of(*uc)));
	const struct abi_sigcontext *m = &uc->mcontext;
	TRY(pop_fpu(c, m->fpstate, user_fpu_align(buf_span(&room->fpu))));
	c->r8 = m->r8;
	c->r9 = m->r9;
	c->r10 = m->r10;
	c->r11 = m->r11;
	c->r12 = m->r12;
	c->r13 = m->r13;
	c->r14 = m->r14;
	c->r15 = m->r15;
	c->rdi = m->rdi;
	c->rsi = m->rsi;
	c->rbp = m->rbp;
	c->rbx = m->rbx;
	c->rdx = m->rdx;
	c->rax = m->rax;
	c->rcx = m->rcx;
	c->rsp = m->rsp;
	c->rip = m->rip;
	c->rflags = (c->rflags & ~(u64)FLAGS_RESTORED) | (m->eflags & FLAGS_RESTORED);
	c->orig_rax = UINT64_MAX;
	user_ctx_changed(c);
	*mask = uc->sigmask;
	*altstack = uc->stack;
	return OK;
}
