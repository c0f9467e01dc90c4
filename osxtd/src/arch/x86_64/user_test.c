/* SPDX-License-Identifier: MPL-2.0 */
/* user_test - user_run with tiny programs: every way out, registers kept, hostile contexts refused.
 */
#include <arch/switch.h>
#include <osxtd/timer.h>

#include "core/user_fixture.h"
#include "fpu.h"
#include "offsets.h"
#include "regs.h"
#include "trap.h"

/* The programs, each at its label. */
__asm__(".pushsection .rodata.user_test, \"a\"\n"
	"user_test_start:\n"
	"user_test_call: syscall\n jmp user_test_call\n"
	"user_test_divide: xorl %edx, %edx\n xorl %ecx, %ecx\n divl %ecx\n"
	"user_test_illegal: ud2\n"
	"user_test_break: int3\n"
	"user_test_cli: cli\n"
	"user_test_int80: int $0x80\n"
	"user_test_read: movl 0x10, %eax\n"
	"user_test_write: movl %eax, user_test_start - user_test_start + 0x400000\n"
	"user_test_kernel: movabsq $0xffffffff80200000, %rax\n movq (%rax), %rax\n"
	"user_test_jump: movabsq $0x401000, %rax\n jmp *%rax\n"
	"user_test_spin: jmp user_test_spin\n"
	"user_test_sse: movq %rax, %xmm3\n syscall\n movq %xmm3, %rax\n syscall\n"
	"user_test_gs: wrgsbase %rax\n wrfsbase %rbx\n syscall\n rdgsbase %rdx\n rdfsbase %rsi\n "
	"ud2\n"
	"user_test_far: ljmp *(%rax)\n"
	"user_test_step: nop\n nop\n"
	"user_test_end:\n.popsection\n");
extern const u8 user_test_call[], user_test_divide[], user_test_illegal[], user_test_break[],
	user_test_cli[], user_test_int80[], user_test_read[], user_test_write[], user_test_kernel[],
	user_test_jump[], user_test_spin[], user_test_sse[], user_test_gs[], user_test_far[],
	user_test_step[];

static void set_pattern(struct user_ctx *c)
{
	u64 v = 0x1111111111111111;
	u64 *regs[] = { &c->r15, &c->r14, &c->r13, &c->r12, &c->rbp, &c->rbx, &c->r10,
			&c->r9,	 &c->r8,  &c->rax, &c->rdx, &c->rsi, &c->rdi, &c->rsp };
	for (u32 i = 0; i < array_len(regs); i++)
		*array_at(regs, i) = v + i;
}

static void expect_pattern(struct ktest_ctx *t, const struct user_ctx *c)
{
	u64 v = 0x1111111111111111;
	const u64 got[] = { c->r15, c->r14, c->r13, c->r12, c->rbp, c->rbx, c->r10,
			    c->r9,  c->r8,  c->rax, c->rdx, c->rsi, c->rdi, c->rsp };
	for (u32 i = 0; i < array_len(got); i++)
		EXPECT_EQ(array_at(got, i), v + i);
}

KTEST(user, syscall_keeps_registers)
{
	FIXTURE(f);
	user_ctx_start(f.ctx, place(user_test_call), STACK_TOP);
	set_pattern(f.ctx);
	for (u32 i = 0; i < 3; i++) { /* the first enters by IRET, the others by SYSRET */
		EXPECT_EQ(run(f.ctx), USER_SYSCALL);
		expect_pattern(t, f.ctx);
		EXPECT_EQ(f.ctx->orig_rax, f.ctx->rax);
		EXPECT_EQ(f.ctx->rip, place(user_test_call) + 2);
		EXPECT_EQ(f.ctx->rcx, f.ctx->rip);
		EXPECT_EQ(f.ctx->r11, f.ctx->rflags);
		EXPECT_EQ(f.ctx->_full_restore, 0);
	}
}

KTEST(user, exceptions_keep_all_registers)
{
	FIXTURE(f);
	user_ctx_start(f.ctx, place(user_test_illegal), STACK_TOP);
	set_pattern(f.ctx);
	f.ctx->rcx = 77;
	f.ctx->r11 = 88;
	EXPECT_EQ(run(f.ctx), USER_EXCEPTION);
	expect_pattern(t, f.ctx);
	EXPECT_EQ(f.ctx->rcx, 77);
	EXPECT_EQ(f.ctx->r11, 88);
	EXPECT_EQ(f.ctx->orig_rax, UINT64_MAX);
	EXPECT_EQ(f.ctx->rip, place(user_test_illegal));
}

KTEST(user, exceptions_are_told_apart)
{
	FIXTURE(f);
	expect_trap(t, &f, user_test_divide, TRAP_DIVIDE);
	expect_trap(t, &f, user_test_illegal, TRAP_ILLEGAL);
	expect_trap(t, &f, user_test_break, TRAP_BREAKPOINT);
	expect_trap(t, &f, user_test_cli, TRAP_PROTECTION);
	expect_trap(t, &f, user_test_int80, TRAP_PROTECTION);
}

KTEST(user, faults_say_where_and_how)
{
	FIXTURE(f);
	expect_fault(t, &f, user_test_read, 0x10, VM_ACCESS_READ);
	expect_fault(t, &f, user_test_write, CODE, VM_ACCESS_WRITE);
	expect_fault(t, &f, user_test_kernel, 0xffffffff80200000, VM_ACCESS_READ);
	if (cpu_features.nx)
		expect_fault(t, &f, user_test_jump, STACK, VM_ACCESS_EXEC);
}

KTEST(user, single_step_traps)
{
	FIXTURE(f);
	user_ctx_start(f.ctx, place(user_test_step), STACK_TOP);
	f.ctx->rflags |= 0x100;
	EXPECT_EQ(run(f.ctx), USER_EXCEPTION);
	EXPECT_EQ(f.ctx->_trap_number, VECTOR_DEBUG);
	EXPECT_EQ(f.ctx->rip, place(user_test_step) + 1);
	EXPECT_EQ(f.ctx->rsp, STACK_TOP);
	/* Also over a system call, where the step must not reach the kernel. */
	user_ctx_start(f.ctx, place(user_test_call), STACK_TOP);
	f.ctx->rflags |= 0x100;
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
}

KTEST(user, hostile_addresses_never_enter)
{
	FIXTURE(f);
	const u64 bad[] = { 0x0000800000000000, 0xffffffff80200000, 0xffff800000000000,
			    UINT64_MAX };
	for (u32 i = 0; i < array_len(bad); i++) {
		for (u32 full = 0; full < 2; full++) {
			user_ctx_start(f.ctx, array_at(bad, i), STACK_TOP);
			f.ctx->_full_restore = full;
			EXPECT_EQ(run(f.ctx), USER_EXCEPTION);
			EXPECT_EQ(f.ctx->_trap_number, VECTOR_PROTECTION);
		}
	}
	/* A wild stack pointer is user mode's own problem. */
	user_ctx_start(f.ctx, place(user_test_call), 0xdeadbeefdeadbeef);
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
	EXPECT_EQ(f.ctx->rsp, 0xdeadbeefdeadbeef);
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
}

KTEST(user, privileged_flags_are_not_the_users)
{
	FIXTURE(f);
	for (u32 full = 0; full < 2; full++) {
		user_ctx_start(f.ctx, place(user_test_call), STACK_TOP);
		f.ctx->rflags = UINT64_MAX & ~(u64)0x100;
		f.ctx->_full_restore = full;
		EXPECT_EQ(run(f.ctx), USER_SYSCALL);
		EXPECT_EQ(f.ctx->rflags & 0x3000, 0);	/* IOPL */
		EXPECT_EQ(f.ctx->rflags & 0x1a0000, 0); /* VM, VIF, VIP */
		EXPECT_EQ(f.ctx->rflags & 0x200, 0x200);
	}
	u64 flags = irq_save();
	irq_restore(flags);
	EXPECT_EQ(flags & 0x40400, 0); /* the kernel runs with AC and DF clear, as it must */
	EXPECT_EQ(flags & 0x200, 0x200);
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
	EXPECT_EQ(f.ctx->rip, place(user_test_spin));
}

KTEST(user, an_interrupt_ends_user_mode)
{
	FIXTURE(f);
	user_ctx_start(f.ctx, place(user_test_spin), STACK_TOP);
	set_pattern(f.ctx);
	run_a_while(t, f.ctx);
	expect_pattern(t, f.ctx);
	EXPECT_EQ(f.ctx->rip, place(user_test_spin));
}

KTEST(user, vector_state_survives_and_can_be_replaced)
{
	FIXTURE(f);
	static u8 shared frame[4096] OWNER(test);
	user_ctx_start(f.ctx, place(user_test_sse), STACK_TOP);
	f.ctx->rax = 0x123456789abcdef0;
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
	struct span out = span_sub((struct span){ frame, sizeof(frame) }, 0, user_fpu_size());
	user_fpu_save(f.ctx, out);
	u64 xmm3 = 0;
	EXPECT(cspan_read(span_const(out), 160 + 3 * 16, &xmm3));
	EXPECT_EQ(xmm3, 0x123456789abcdef0);
	xmm3 = 42;
	span_copy(span_from(out, 160 + 3 * 16), cspan_of(xmm3));
	EXPECT_OK(user_fpu_restore(f.ctx, span_const(out)));
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
	EXPECT_EQ(f.ctx->rax, 42);
}

KTEST(user, bad_vector_state_is_refused)
{
	FIXTURE(f);
	static u8 shared frame[4096] OWNER(test);
	user_ctx_start(f.ctx, place(user_test_call), STACK_TOP);
	struct span out = span_sub((struct span){ frame, sizeof(frame) }, 0, user_fpu_size());
	EXPECT_EQ(user_fpu_restore(f.ctx, cspan_sub(span_const(out), 0, 100)), ERR_INVAL);
	user_fpu_save(f.ctx, out);
	span_fill(span_sub(out, 24, 4), 0xff); /* MXCSR */
	EXPECT_EQ(user_fpu_restore(f.ctx, span_const(out)), ERR_INVAL);
	if (cpu_features.xsave) {
		user_fpu_save(f.ctx, out);
		span_set(out, 512 + 8, 1); /* compaction */
		EXPECT_EQ(user_fpu_restore(f.ctx, span_const(out)), ERR_INVAL);
		user_fpu_save(f.ctx, out);
		span_set(out, 512 + 7, 0x80); /* a component that nobody has */
		EXPECT_EQ(user_fpu_restore(f.ctx, span_const(out)), ERR_INVAL);
	}
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
}

KTEST(user, tls_bases_are_kept_and_checked)
{
	FIXTURE(f);
	user_ctx_start(f.ctx, place(user_test_call), STACK_TOP);
	EXPECT_OK(user_ctx_set_fs(f.ctx, 0x7000));
	EXPECT_OK(user_ctx_set_gs(f.ctx, 0x9000));
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
	EXPECT_EQ(user_ctx_get_fs(f.ctx), 0x7000);
	EXPECT_EQ(user_ctx_get_gs(f.ctx), 0x9000);
	EXPECT_EQ(user_ctx_set_fs(f.ctx, 0xffffffff80000000), ERR_PERM);
	EXPECT_EQ(user_ctx_set_gs(f.ctx, 0x8000000000000000), ERR_PERM);
	if (!cpu_features.fsgsbase)
		return;
	/* User mode may even name kernel addresses: its GS is not ours. */
	user_ctx_start(f.ctx, place(user_test_gs), STACK_TOP);
	f.ctx->rax = 0xffffffff80200000;
	f.ctx->rbx = 0x5000;
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
	EXPECT_EQ(user_ctx_get_gs(f.ctx), 0xffffffff80200000);
	EXPECT_EQ(run(f.ctx), USER_EXCEPTION);
	EXPECT_EQ(f.ctx->rdx, 0xffffffff80200000);
	EXPECT_EQ(f.ctx->rsi, 0x5000);
	EXPECT_OK(user_ctx_set_gs(f.ctx, 0));
}

static u64 xmm3_of(const u8 *area)
{
	u64 v = 0;
	UNSAFE("1. area is one of the tests' of 4096 bytes")
	{
		memcpy(&v, area + 160 + 3 * 16, 8);
	}
	return v;
}

KTEST(user, fork_copies_registers_and_vector_state)
{
	FIXTURE(f);
	static u8 shared area[4096] OWNER(test) __attribute__((aligned(64)));
	struct user_ctx child = { ._fpu = area };
	user_ctx_start(f.ctx, place(user_test_sse), STACK_TOP);
	f.ctx->rax = 0x1122334455667788;
	EXPECT_OK(user_ctx_set_fs(f.ctx, 0x7000));
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
	user_ctx_fork(&child, f.ctx);
	EXPECT(child._fpu == area && child._started);
	EXPECT_EQ(child.rip, f.ctx->rip);
	EXPECT_EQ(child.rax, f.ctx->rax);
	EXPECT_EQ(child.fs_base, 0x7000);
	EXPECT_EQ(xmm3_of(area), 0x1122334455667788);
}

KTEST(user, a_switch_exchanges_what_lives_in_registers)
{
	FIXTURE(f);
	static struct task shared other __attribute__((aligned(16)));
	static u8 shared area[4096] OWNER(test) __attribute__((aligned(64)));
	static u8 shared seen[4096] OWNER(test) __attribute__((aligned(64)));
	struct task *self = task_current();
	other = (struct task){ .user._fpu = area };
	user_ctx_start(f.ctx, place(user_test_sse), STACK_TOP);
	f.ctx->rax = 0xaaaa;
	EXPECT_OK(user_ctx_set_fs(f.ctx, 0x7000));
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
	user_ctx_fork(&other.user, f.ctx);
	other.user.fs_base = 0x8000;
	other.user.gs_base = 0x9000;
	area[160 + 3 * 16] = 0xbb;

	u64 flags = irq_save();
	arch_switch_user_state(self, &other);
	struct task *current = task_current();
	u64 fs = user_ctx_get_fs(&other.user), gs = user_ctx_get_gs(&other.user);
	fpu_save(seen);
	arch_switch_user_state(&other, self);
	irq_restore(flags);

	EXPECT(current == &other && task_current() == self);
	EXPECT_EQ(fs, 0x8000);
	EXPECT_EQ(gs, 0x9000);
	EXPECT_EQ(xmm3_of(seen), 0xaabb);
	EXPECT_EQ(user_ctx_get_fs(f.ctx), 0x7000);
	EXPECT_EQ(user_ctx_get_gs(f.ctx), 0);
	fpu_save(seen);
	EXPECT_EQ(xmm3_of(seen), 0xaaaa);
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
	EXPECT_EQ(f.ctx->rax, 0xaaaa);
}

KTEST(user, there_is_no_32_bit_code)
{
	FIXTURE(f);
	static const u32 target[2] = { 0x400000, 0x23 };
	UNSAFE("1. the fixture's pages are one run in the physmap, and the stack's is one of them")
	{
		memcpy(frame_va(f.pages) + STACK_PAGE * PAGE_SIZE, target, sizeof(target));
	}
	user_ctx_start(f.ctx, place(user_test_far), STACK_TOP);
	f.ctx->rax = STACK;
	EXPECT_EQ(run(f.ctx), USER_EXCEPTION);
	EXPECT_EQ(f.ctx->_trap_number, VECTOR_PROTECTION);
}

KTEST(user, forged_segments_are_not_taken)
{
	FIXTURE(f);
	for (u32 full = 0; full < 2; full++) {
		user_ctx_start(f.ctx, place(user_test_call), STACK_TOP);
		f.ctx->_cs = KERNEL_CS;
		f.ctx->_ss = 0;
		f.ctx->_full_restore = full * 0xffffffff;
		EXPECT_EQ(run(f.ctx), USER_SYSCALL);
		EXPECT_EQ(f.ctx->_cs & 3, 3);
		/* In ring 0 it would not have trapped. */
		user_ctx_start(f.ctx, place(user_test_cli), STACK_TOP);
		f.ctx->_cs = KERNEL_CS;
		f.ctx->_full_restore = full;
		EXPECT_EQ(run(f.ctx), USER_EXCEPTION);
		EXPECT_EQ(f.ctx->_trap_number, VECTOR_PROTECTION);
	}
}
