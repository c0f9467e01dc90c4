// SPDX-License-Identifier: MPL-2.0
/* user_test - user_run with tiny programs: every way out, registers kept, hostile contexts refused.
 */
#include <arch/switch.h>
#include <osxtd/timer.h>

#include "core/user_fixture.h"
#include "fpu.h"
#include "trap.h"

/* Registers that the tests use beside those of enum user_reg. */
enum : u32 { REG_T0 = 12, REG_T1 = 13, REG_U0 = 21 };

/* The programs, each at its label.  Numbers are instructions that the kernel's assembler is not to
 * know: movgr2fr.d $fa3, $a0; movfr2gr.d $a0, $fa3; vreplgr2vr.d $vr3, $a0; fdiv.d. */
__asm__(".pushsection .rodata.user_test, \"a\"\n.balign 8\n"
	"user_test_start:\n"
	"user_test_call: syscall 0\n b user_test_call\n"
	"user_test_divide: break 7\n"
	"user_test_illegal: .word 0\n"
	"user_test_break: break 0\n"
	"user_test_privileged: csrrd $t0, 0\n"
	"user_test_read: ori $t0, $zero, 0x10\n ld.w $t0, $t0, 0\n"
	"user_test_write: lu12i.w $t0, 0x400\n st.w $zero, $t0, 0\n"
	"user_test_kernel: lu12i.w $t0, -0x7fe00\n ld.d $t0, $t0, 0\n"
	"user_test_wild: lu52i.d $t0, $zero, 0x123\n ld.d $t0, $t0, 0\n"
	"user_test_stack: lu12i.w $t0, 0x401\n ld.d $t1, $t0, 0\n st.d $t0, $t0, 8\n syscall 0\n"
	"user_test_spin: b user_test_spin\n"
	"user_test_fpu: .word 0x0114a883\n syscall 0\n .word 0x0114b864\n syscall 0\n"
	"user_test_end:\n.popsection\n");
extern const u8 user_test_call[], user_test_divide[], user_test_illegal[], user_test_break[],
	user_test_privileged[], user_test_read[], user_test_write[], user_test_kernel[],
	user_test_wild[], user_test_stack[], user_test_spin[], user_test_fpu[];

UNSAFE("1. the fixture's pages are one run in the physmap, and its leaf table is the fourth")
static u64 *stack_entry(const struct fixture *f)
{
	return (u64 *)(void *)frame_va(f->pages) + 3 * PT_ENTRIES + 1;
}

static void set_pattern(struct user_ctx *c)
{
	for (u32 i = 1; i < REG_COUNT; i++)
		array_at(c->regs, i) = 0x1111111111111111 + i;
}

static void expect_pattern(struct ktest_ctx *t, const struct user_ctx *c)
{
	for (u32 i = 1; i < REG_COUNT; i++)
		EXPECT_EQ(array_at(c->regs, i), 0x1111111111111111 + i);
}

/* A system call loses the temporaries t0 to t8, and what they held is gone. */
static void expect_pattern_of_call(struct ktest_ctx *t, struct user_ctx *c)
{
	enum : u32 { REG_T8 = 20 };
	for (u32 i = REG_T0; i <= REG_T8; i++) {
		EXPECT_EQ(array_at(c->regs, i), 0);
		array_at(c->regs, i) = 0x1111111111111111 + i;
	}
	expect_pattern(t, c);
}

KTEST(user, syscall_keeps_registers)
{
	FIXTURE(f);
	user_ctx_start(f.ctx, place(user_test_call), STACK_TOP);
	set_pattern(f.ctx);
	for (u32 i = 0; i < 3; i++) {
		EXPECT_EQ(run(f.ctx), USER_SYSCALL);
		expect_pattern_of_call(t, f.ctx);
		EXPECT_EQ(f.ctx->orig_a0, f.ctx->regs[REG_A0]);
		EXPECT_EQ(f.ctx->pc, place(user_test_call) + 4);
	}
}

KTEST(user, exceptions_keep_all_registers)
{
	FIXTURE(f);
	user_ctx_start(f.ctx, place(user_test_illegal), STACK_TOP);
	set_pattern(f.ctx);
	EXPECT_EQ(run(f.ctx), USER_EXCEPTION);
	expect_pattern(t, f.ctx);
	EXPECT_EQ(f.ctx->pc, place(user_test_illegal));
}

KTEST(user, exceptions_are_told_apart)
{
	FIXTURE(f);
	expect_trap(t, &f, user_test_divide, TRAP_DIVIDE);
	expect_trap(t, &f, user_test_illegal, TRAP_ILLEGAL);
	expect_trap(t, &f, user_test_break, TRAP_BREAKPOINT);
	expect_trap(t, &f, user_test_privileged, TRAP_ILLEGAL);
}

KTEST(user, faults_say_where_and_how)
{
	FIXTURE(f);
	expect_fault(t, &f, user_test_read, 0x10, VM_ACCESS_READ);
	expect_fault(t, &f, user_test_write, CODE, VM_ACCESS_WRITE);
	expect_fault(t, &f, user_test_kernel, 0xffffffff80200000, VM_ACCESS_READ);
	/* A jump into data is not tried: QEMU 10.0 loses the bit that forbids it. */
	/* No translation can have this address. */
	struct user_event_info ev = {};
	EXPECT_EQ(start(&f, user_test_wild), USER_EXCEPTION);
	user_event_info(f.ctx, &ev);
	EXPECT_EQ(ev.trap, TRAP_PROTECTION);
	EXPECT_EQ(ev.address, 0x1230000000000000);
}

KTEST(user, first_uses_of_a_page_are_noted)
{
	FIXTURE(f);
	u64 *entry = stack_entry(&f);
	*entry = pte_clear_used(*entry);
	tlb_forget_page(STACK);
	EXPECT(!pte_is_accessed(*entry) && !pte_is_dirty(*entry));
	EXPECT_EQ(start(&f, user_test_stack), USER_SYSCALL);
	EXPECT(pte_is_accessed(*entry) && pte_is_dirty(*entry));
	*entry = pte_write_protect(pte_clear_used(*entry));
	tlb_forget_page(STACK);
	expect_fault(t, &f, user_test_stack, STACK + 8, VM_ACCESS_WRITE);
	EXPECT(pte_is_accessed(*entry) && !pte_is_dirty(*entry));
	/* What the CPU remembers of the refusal is no obstacle. */
	*entry = pte_make_writable(*entry);
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
}

KTEST(user, hostile_addresses_never_enter)
{
	FIXTURE(f);
	const u64 bad[] = { 0x0000800000000000, 0xffffffff80200000, 0xffff800000000000,
			    0x8000000000200000, UINT64_MAX & ~3ull };
	for (u32 i = 0; i < array_len(bad); i++) {
		user_ctx_start(f.ctx, array_at(bad, i), STACK_TOP);
		enum user_event_kind e = run(f.ctx);
		EXPECT(e == USER_FAULT || e == USER_EXCEPTION);
		EXPECT_EQ(f.ctx->pc, array_at(bad, i));
	}
	/* A wild stack pointer is user mode's own problem. */
	user_ctx_start(f.ctx, place(user_test_call), 0xdeadbeefdeadbeef);
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
	EXPECT_EQ(f.ctx->regs[REG_SP], 0xdeadbeefdeadbeef);
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
}

KTEST(user, the_cpus_block_is_not_the_users)
{
	FIXTURE(f);
	struct cpu_local *before = CPU_LOCAL_;
	user_ctx_start(f.ctx, place(user_test_call), STACK_TOP);
	f.ctx->regs[REG_U0] = 0x4141414141414141;
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
	EXPECT_EQ(f.ctx->regs[REG_U0], 0x4141414141414141);
	EXPECT(CPU_LOCAL_ == before && before->self == before);
	EXPECT(task_current() != nullptr);
}

KTEST(user, a_pending_reason_is_seen_before_entry)
{
	FIXTURE(f);
	user_ctx_start(f.ctx, place(user_test_spin), STACK_TOP);
	atomic_u32_store(&task_current()->interrupt, TASK_INTR_SIGNAL);
	EXPECT_EQ(user_run(f.ctx), USER_INTERRUPT);
	atomic_u32_store(&task_current()->interrupt, 0);
	cpu_set_need_resched();
	EXPECT_EQ(user_run(f.ctx), USER_INTERRUPT);
	cpu_clear_need_resched();
	EXPECT_EQ(f.ctx->pc, place(user_test_spin));
}

KTEST(user, an_interrupt_ends_user_mode)
{
	FIXTURE(f);
	user_ctx_start(f.ctx, place(user_test_spin), STACK_TOP);
	set_pattern(f.ctx);
	run_a_while(t, f.ctx);
	expect_pattern(t, f.ctx);
	EXPECT_EQ(f.ctx->pc, place(user_test_spin));
}

/* ---- vector state ---- */

enum : usize { HEAD = 16 };

static usize fa3_at(void)
{
	return HEAD + 3 * fpu_register_bytes();
}

KTEST(user, vector_state_survives_and_can_be_replaced)
{
	FIXTURE(f);
	static u8 shared frame[4096] OWNER(test);
	user_ctx_start(f.ctx, place(user_test_fpu), STACK_TOP);
	f.ctx->regs[REG_A0] = 0x123456789abcdef0;
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
	struct span out = user_fpu_align((struct span){ frame, sizeof(frame) });
	user_fpu_save(f.ctx, out);
	u64 fa3 = 0;
	EXPECT(cspan_read(span_const(out), fa3_at(), &fa3));
	EXPECT_EQ(fa3, 0x123456789abcdef0);
	fa3 = 42;
	span_copy(span_from(out, fa3_at()), cspan_of(fa3));
	EXPECT_OK(user_fpu_restore(f.ctx, span_const(out)));
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
	EXPECT_EQ(f.ctx->regs[REG_A0], 42);
}

KTEST(user, narrow_vector_state_fills_wide_registers)
{
	FIXTURE(f);
	enum : usize { BLOCK = HEAD + 32 * 8 + 16 };
	static u8 shared frame[BLOCK + HEAD] OWNER(test);
	u32 head[4] = { USER_FPU_MAGIC, BLOCK };
	u64 fa3 = 77;
	struct span in = span_of(frame);
	span_fill(in, 0);
	span_copy(in, cspan_of(head));
	span_copy(span_from(in, HEAD + 3 * 8), cspan_of(fa3));
	user_ctx_start(f.ctx, place(user_test_fpu) + 8, STACK_TOP);
	EXPECT_OK(user_fpu_restore(f.ctx, span_const(in)));
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
	EXPECT_EQ(f.ctx->regs[REG_A0], 77);
}

static err_t restore_with(struct fixture *f, struct span frame, usize at, u32 v)
{
	user_fpu_save(f->ctx, frame);
	span_copy(span_from(frame, at), cspan_of(v));
	return user_fpu_restore(f->ctx, span_const(frame));
}

KTEST(user, bad_vector_state_is_refused)
{
	FIXTURE(f);
	static u8 shared frame[4096] OWNER(test);
	user_ctx_start(f.ctx, place(user_test_call), STACK_TOP);
	struct span out = span_sub((struct span){ frame, sizeof(frame) }, 0, user_fpu_size());
	usize end = user_fpu_size() - HEAD;
	EXPECT_EQ(user_fpu_restore(f.ctx, cspan_sub(span_const(out), 0, 8)), ERR_INVAL);
	user_fpu_save(f.ctx, out);
	EXPECT_EQ(user_fpu_restore(f.ctx, cspan_sub(span_const(out), 0, 100)), ERR_INVAL);
	EXPECT_EQ(restore_with(&f, out, 0, 0x12345678), ERR_INVAL); /* no such block */
	EXPECT_EQ(restore_with(&f, out, 4, 8), ERR_INVAL);	    /* shorter than its head */
	EXPECT_EQ(restore_with(&f, out, 4, 0xfffffff0), ERR_INVAL); /* longer than all */
	EXPECT_EQ(restore_with(&f, out, end, USER_FPU_MAGIC),
		  ERR_INVAL);					  /* goes on behind the end */
	EXPECT_EQ(restore_with(&f, out, end + 4, 16), ERR_INVAL); /* the end has a length */
	/* Every exception enabled with its cause set would trap in the kernel. */
	EXPECT_OK(restore_with(&f, out, HEAD + 32 * fpu_register_bytes() + 8, UINT32_MAX));
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
}

static u64 fa3_of(const u8 *area)
{
	u64 v = 0;
	UNSAFE("1. area is one of the tests' of 4096 bytes")
	{
		memcpy(&v, area + fa3_at() - HEAD, 8);
	}
	return v;
}

KTEST(user, fork_copies_registers_and_vector_state)
{
	FIXTURE(f);
	static u8 shared area[4096] OWNER(test) __attribute__((aligned(64)));
	struct user_ctx child = { ._fpu = area };
	user_ctx_start(f.ctx, place(user_test_fpu), STACK_TOP);
	f.ctx->regs[REG_A0] = 0x1122334455667788;
	f.ctx->regs[REG_TP] = 0x7000;
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
	user_ctx_fork(&child, f.ctx);
	EXPECT(child._fpu == area && child._started);
	EXPECT_EQ(child.pc, f.ctx->pc);
	EXPECT_EQ(child.regs[REG_A0], f.ctx->regs[REG_A0]);
	EXPECT_EQ(child.regs[REG_TP], 0x7000);
	EXPECT_EQ(fa3_of(area), 0x1122334455667788);
}

KTEST(user, a_switch_exchanges_what_lives_in_registers)
{
	FIXTURE(f);
	static struct task shared other;
	static u8 shared area[4096] OWNER(test) __attribute__((aligned(64)));
	static u8 shared seen[4096] OWNER(test) __attribute__((aligned(64)));
	struct task *self = task_current();
	other = (struct task){ .user._fpu = area };
	user_ctx_start(f.ctx, place(user_test_fpu), STACK_TOP);
	f.ctx->regs[REG_A0] = 0xaaaa;
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
	user_ctx_fork(&other.user, f.ctx);
	array_at(area, (3 * fpu_register_bytes()) % sizeof(area)) = 0xbb;

	u64 flags = irq_save();
	arch_switch_user_state(self, &other);
	struct task *current = task_current();
	fpu_save(seen);
	arch_switch_user_state(&other, self);
	irq_restore(flags);

	EXPECT(current == &other && task_current() == self);
	EXPECT_EQ(fa3_of(seen), 0xaabb);
	fpu_save(seen);
	EXPECT_EQ(fa3_of(seen), 0xaaaa);
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
	EXPECT_EQ(f.ctx->regs[REG_A0], 0xaaaa);
}
