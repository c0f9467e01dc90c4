/* SPDX-License-Identifier: MPL-2.0 */
/*
 * signal_frame - the stack frame of a signal handler on riscv64, and rt_sigreturn(2), its inverse.
 * The handler's stack pointer stands at the frame: siginfo, ucontext.  It returns to a piece of
 * code in the vDSO that calls rt_sigreturn. What sigreturn reads was written by user mode: all of
 * it are plain register values. Spec:  Linux uapi asm/ucontext.h, asm/sigcontext.h; sigreturn(2),
 * sigaltstack(2).
 */
#include <osxtd/buf.h>

#include "arch/arch.h"
#include "arch/signal_stack.h"
#include "vdso/sigreturn.h"

enum : usize { REGISTERS = 32, FPU_BYTES = 528 };
enum : u32 { VECTOR_MAGIC = 0x53465457 };

/* The head of a block: of a first one in the last words of the FPU's place, of each next one behind
 * the block before.  Zeroes end them. */
struct block_head {
	u32 magic, bytes;
};
struct extension {
	u32 reserved;
	struct block_head first;
};
/* The vector registers' block ends in the registers; `data` leads there. */
struct vector_state {
	u64 start, length, type, control, register_bytes, data;
};
static_assert(sizeof(struct vector_state) == 48);

struct abi_sigcontext {
	u64 registers[REGISTERS]; /* pc, then x1 to x31 */
	u8 fpu[FPU_BYTES];
};
struct abi_ucontext {
	u64 flags, link;
	struct abi_stack stack;
	u64 sigmask;
	u8 unused[120], padding[8];
	struct abi_sigcontext mcontext; /* on 16 bytes */
};
static_assert(sizeof(struct abi_ucontext) == 960);
static_assert(offsetof(struct abi_ucontext, mcontext) == 176);
struct signal_frame {
	struct abi_siginfo info;
	struct abi_ucontext uc;
};
static_assert(sizeof(struct signal_frame) == 1088);

struct arch_signal_room {
	struct object object;
	struct signal_frame out; /* what is never assigned stays 0 from the beginning */
	struct abi_ucontext in;
	struct buf vector
		IMMUTABLE; /* a vector_state, its registers and the head that ends blocks */
};

static void arch_signal_room_fini(struct arch_signal_room *r)
{
	buf_drop(&r->vector);
}
OBJECT_TYPE(arch_signal_room, arch_signal_room_fini);

err_t arch_signal_room_new(struct arch_signal_room_ref *out)
{
	SCOPED_REF(arch_signal_room, r);
	TRY(arch_signal_room_alloc(&r));
	usize bytes = user_vector_size();
	if (bytes != 0)
		TRY(buf_alloc(bytes + sizeof(struct block_head),
			      &arch_signal_room_get(&r)->vector));
	*out = arch_signal_room_move(&r);
	return OK;
}

BORROWS struct abi_siginfo *arch_signal_info(struct arch_signal_room *room)
{
	return &room->out.info;
}

static void get_registers(const struct user_ctx *c, struct abi_sigcontext *m)
{
	const u64 now[REGISTERS] = { c->pc, c->ra, c->sp,  c->gp,  c->tp, c->t0, c->t1, c->t2,
				     c->s0, c->s1, c->a0,  c->a1,  c->a2, c->a3, c->a4, c->a5,
				     c->a6, c->a7, c->s2,  c->s3,  c->s4, c->s5, c->s6, c->s7,
				     c->s8, c->s9, c->s10, c->s11, c->t3, c->t4, c->t5, c->t6 };
	for (usize i = 0; i < REGISTERS; i++)
		array_at(m->registers, i) = array_at(now, i);
}

static void set_registers(struct user_ctx *c, const struct abi_sigcontext *m)
{
	u64 *const place[REGISTERS] = { &c->pc, &c->ra, &c->sp, &c->gp, &c->tp, &c->t0,	 &c->t1,
					&c->t2, &c->s0, &c->s1, &c->a0, &c->a1, &c->a2,	 &c->a3,
					&c->a4, &c->a5, &c->a6, &c->a7, &c->s2, &c->s3,	 &c->s4,
					&c->s5, &c->s6, &c->s7, &c->s8, &c->s9, &c->s10, &c->s11,
					&c->t3, &c->t4, &c->t5, &c->t6 };
	for (usize i = 0; i < REGISTERS; i++)
		*array_at(place, i) = array_at(m->registers, i);
}

/* ---- vector registers ---- */

static err_t push_vector(struct user_ctx *c, u64 at, struct arch_signal_room *room)
{
	struct span block = buf_span(&room->vector);
	struct block_head end = {};
	struct vector_state head = {};
	usize bytes = user_vector_size();
	struct extension e = { .first = { VECTOR_MAGIC, (u32)(bytes + sizeof(end)) } };
	user_vector_save(c, span_sub(block, 0, bytes));
	(void)cspan_read(span_const(block), 0, &head);
	head.data = at + sizeof(head);
	span_copy(span_sub(block, 0, sizeof(head)), cspan_of(head));
	span_copy(span_from(block, bytes), cspan_of(end));
	span_copy(span_from(span_of(room->out.uc.mcontext.fpu), FPU_BYTES - sizeof(e)),
		  cspan_of(e));
	return user_write(uaddr_of(at), span_const(block));
}

static err_t pop_vector(struct user_ctx *c, u64 at, u32 bytes, struct arch_signal_room *room)
{
	struct span block = buf_span(&room->vector);
	struct block_head next = {};
	struct vector_state head = {};
	usize state = user_vector_size();
	if (!user_vector_is_used(c) || bytes != state + sizeof(next))
		return ERR_FAULT;
	TRY(user_read(uaddr_of(at), span_of(head)));
	TRY(user_read(uaddr_of(head.data), span_sub(block, sizeof(head), state - sizeof(head))));
	TRY(user_read(uaddr_of(at + state), span_of(next)));
	if ((next.magic | next.bytes) != 0)
		return ERR_FAULT;
	span_copy(span_sub(block, 0, sizeof(head)), cspan_of(head));
	return user_vector_restore(c, cspan_sub(span_const(block), 0, state)) == OK ? OK
										    : ERR_FAULT;
}

err_t arch_signal_push(struct user_ctx *c, const struct arch_signal *s, struct abi_stack *altstack,
		       struct arch_signal_room *room)
{
	u64 need = sizeof(struct signal_frame), top = 0;
	bool has_vector = user_vector_is_used(c);
	if (has_vector)
		need += user_vector_size() + sizeof(struct block_head);
	TRY(signal_stack_choose(c, s, altstack, 0, need + 16, &top));
	u64 frame_at = (top - need) & ~(u64)15;

	struct signal_frame *f = &room->out;
	f->uc.stack = *altstack;
	f->uc.sigmask = s->mask;
	if (f->uc.stack.size == 0)
		f->uc.stack.flags |= (u32)SS_DISABLE;
	get_registers(c, &f->uc.mcontext);
	struct span fpu = span_of(f->uc.mcontext.fpu);
	user_fpu_save(c, span_sub(fpu, 0, user_fpu_size()));
	struct extension none = {};
	span_copy(span_from(fpu, FPU_BYTES - sizeof(none)), cspan_of(none));
	if (has_vector)
		TRY(push_vector(c, frame_at + sizeof(*f), room));
	TRY(user_write(uaddr_of(frame_at), cspan_of(*f)));

	if ((altstack->flags & (u32)SS_AUTODISARM) != 0)
		*altstack = (struct abi_stack){};
	c->ra = s->vdso == 0 ? 0 : s->vdso + VDSO_SIGRETURN;
	c->pc = s->action->handler;
	c->sp = frame_at;
	c->a0 = s->signo;
	c->a1 = frame_at + offsetof(struct signal_frame, info);
	c->a2 = frame_at + offsetof(struct signal_frame, uc);
	user_ctx_changed(c);
	return OK;
}

err_t arch_signal_pop(struct user_ctx *c, u64 *mask, struct abi_stack *altstack,
		      struct arch_signal_room *room)
{
	struct abi_ucontext *uc = &room->in;
	TRY(user_read(uaddr_of(c->sp + offsetof(struct signal_frame, uc)), span_of(*uc)));
	struct cspan fpu = cspan_of(uc->mcontext.fpu);
	struct extension e = {};
	if (!cspan_read(fpu, FPU_BYTES - sizeof(e), &e) || e.reserved != 0)
		return ERR_FAULT;
	if (e.first.magic == VECTOR_MAGIC)
		TRY(pop_vector(c, c->sp + sizeof(struct signal_frame), e.first.bytes, room));
	else if ((e.first.magic | e.first.bytes) != 0)
		return ERR_FAULT;
	if (user_fpu_restore(c, cspan_sub(fpu, 0, user_fpu_size())) != OK)
		return ERR_FAULT;
	set_registers(c, &uc->mcontext);
	user_ctx_changed(c);
	*mask = uc->sigmask;
	*altstack = uc->stack;
	return OK;
}
