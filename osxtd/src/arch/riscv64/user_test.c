/* SPDX-License-Identifier: MPL-2.0 */
/* user_test - user_run with tiny programs: every way out, registers kept, hostile contexts refused.
 */
#include <arch/switch.h>
#include <osxtd/timer.h>

#include "core/user_fixture.h"
#include "fpu.h"
#include "offsets.h"
#include "trap.h"
#include "vector.h"

/* The programs, each at its label. */
__asm__(".pushsection .rodata.user_test, \"a\"\n.balign 4\n"
	".option push\n.option norvc\n.option arch, +d, +v\n"
	"user_test_start:\n"
	"user_test_call: ecall\n j user_test_call\n"
	"user_test_illegal: unimp\n"
	"user_test_break: ebreak\n"
	"user_test_privileged: csrr t0, sstatus\n"
	"user_test_read: lw t0, 0x10(zero)\n"
	"user_test_write: lui t0, 0x400\n sw zero, 0(t0)\n"
	"user_test_kernel: lui t0, 0x80200\n ld t0, 0(t0)\n"
	"user_test_jump: lui t0, 0x401\n jr t0\n"
	"user_test_spin: j user_test_spin\n"
	"user_test_fpu: fmv.d.x fa3, a0\n ecall\n fmv.x.d a0, fa3\n ecall\n"
	"user_test_vector: vsetivli zero, 1, e64, m1, ta, ma\n vmv.s.x v3, a0\n j .\n"
	"user_test_vector_back: vsetivli zero, 1, e64, m1, ta, ma\n vmv.x.s a0, v3\n ecall\n"
	"user_test_end:\n.option pop\n.popsection\n");
extern const u8 user_test_call[], user_test_illegal[], user_test_break[], user_test_privileged[],
	user_test_read[], user_test_write[], user_test_kernel[], user_test_jump[], user_test_spin[],
	user_test_fpu[], user_test_vector[], user_test_vector_back[];

/* ra to t6, as they stand in a context behind pc. */
enum : u32 { REGISTERS = 31 };
static_assert(offsetof(struct user_ctx, t6) == 8 * REGISTERS);

UNSAFE("1. the registers are one run of words (static_assert)")
static u64 *registers_of(struct user_ctx *c)
{
	return &c->pc + 1;
}

UNSAFE("1. the registers are one run of words, as in registers_of; 2. i is below their number")
static void set_pattern(struct user_ctx *c)
{
	for (u32 i = 0; i < REGISTERS; i++)
		registers_of(c)[i] = 0x1111111111111111 + i;
}

UNSAFE("1. the registers are one run of words, as in registers_of; 2. i is below their number")
static void expect_pattern(struct ktest_ctx *t, struct user_ctx *c)
{
	for (u32 i = 0; i < REGISTERS; i++)
		EXPECT_EQ(registers_of(c)[i], 0x1111111111111111 + i);
}

KTEST(user, syscall_keeps_registers)
{
	FIXTURE(f);
	user_ctx_start(f.ctx, place(user_test_call), STACK_TOP);
	set_pattern(f.ctx);
	for (u32 i = 0; i < 3; i++) {
		EXPECT_EQ(run(f.ctx), USER_SYSCALL);
		expect_pattern(t, f.ctx);
		EXPECT_EQ(f.ctx->orig_a0, f.ctx->a0);
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
	expect_fault(t, &f, user_test_jump, STACK, VM_ACCESS_EXEC);
}

KTEST(user, hostile_addresses_never_enter)
{
	FIXTURE(f);
	const u64 bad[] = { VMSPACE_HIGH,	0x0000800000000000, 0xffffffff80200000,
			    0xffff800000000000, 0x8000000000200000, UINT64_MAX & ~3ull };
	for (u32 i = 0; i < array_len(bad); i++) {
		user_ctx_start(f.ctx, array_at(bad, i), STACK_TOP);
		enum user_event_kind e = run(f.ctx);
		EXPECT(e == USER_FAULT || e == USER_EXCEPTION);
		EXPECT_EQ(f.ctx->pc, array_at(bad, i));
	}
	/* A wild stack pointer is user mode's own problem. */
	user_ctx_start(f.ctx, place(user_test_call), 0xdeadbeefdeadbeef);
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
	EXPECT_EQ(f.ctx->sp, 0xdeadbeefdeadbeef);
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
}

KTEST(user, privileged_flags_are_not_the_users)
{
	FIXTURE(f);
	user_ctx_start(f.ctx, place(user_test_privileged), STACK_TOP);
	f.ctx->_status |= STATUS_SPP | STATUS_SUM | STATUS_MXR;
	EXPECT_EQ(run(f.ctx), USER_EXCEPTION); /* supervisor mode could have read sstatus */
	user_ctx_start(f.ctx, place(user_test_call), STACK_TOP);
	f.ctx->_status &= ~(u64)STATUS_SPIE;
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
	EXPECT_EQ(f.ctx->_status & STATUS_SPIE, STATUS_SPIE);
}

KTEST(user, the_cpus_block_is_not_the_users)
{
	FIXTURE(f);
	struct cpu_local *before = CPU_LOCAL_;
	user_ctx_start(f.ctx, place(user_test_call), STACK_TOP);
	f.ctx->tp = 0x4141414141414141;
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
	EXPECT_EQ(f.ctx->tp, 0x4141414141414141);
	EXPECT(CPU_LOCAL_ == before && task_current() != nullptr);
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

/* ---- floating-point and vector registers ---- */

KTEST(user, fpu_state_survives_and_can_be_replaced)
{
	FIXTURE(f);
	static struct fpu_area shared frame OWNER(test);
	user_ctx_start(f.ctx, place(user_test_fpu), STACK_TOP);
	f.ctx->a0 = 0x123456789abcdef0;
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
	user_fpu_save(f.ctx, span_of(frame));
	EXPECT_EQ(frame.f[13], 0x123456789abcdef0); /* fa3 */
	frame.f[13] = 42;
	frame.fcsr = UINT32_MAX;
	EXPECT_EQ(user_fpu_restore(f.ctx, cspan_sub(cspan_of(frame), 0, 100)), ERR_INVAL);
	EXPECT_OK(user_fpu_restore(f.ctx, cspan_of(frame)));
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
	EXPECT_EQ(f.ctx->a0, 42);
}

enum : usize { V3 = sizeof(struct vector_area), ROOM = 4096 };

static u64 v3_of(const u8 *state)
{
	u64 v = 0;
	UNSAFE("1. state is one of the tests' of ROOM bytes")
	{
		memcpy(&v, state + V3 + 3 * ((user_vector_size() - V3) / 32), 8);
	}
	return v;
}

KTEST(user, vector_state_survives_and_can_be_replaced)
{
	FIXTURE(f);
	static u8 shared frame[ROOM] OWNER(test);
	if (user_vector_size() == 0)
		return;
	struct span state = span_sub((struct span){ frame, ROOM }, 0, user_vector_size());
	user_ctx_start(f.ctx, place(user_test_vector), STACK_TOP);
	EXPECT(!user_vector_is_used(f.ctx));
	f.ctx->a0 = 0x123456789abcdef0;
	run_a_while(t, f.ctx);
	EXPECT(user_vector_is_used(f.ctx));
	user_vector_save(f.ctx, state);
	EXPECT_EQ(v3_of(frame), 0x123456789abcdef0);
	span_copy(span_from(state, V3 + 3 * ((user_vector_size() - V3) / 32)),
		  cspan_of((u64){ 42 }));
	EXPECT_EQ(user_vector_restore(f.ctx, cspan_sub(span_const(state), 0, V3 + 8)), ERR_INVAL);
	EXPECT_OK(user_vector_restore(f.ctx, span_const(state)));
	f.ctx->pc = place(user_test_vector_back);
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
	EXPECT_EQ(f.ctx->a0, 42);
	user_fpu_reset(f.ctx); /* a new program */
	EXPECT_EQ(user_vector_restore(f.ctx, span_const(state)), ERR_INVAL);
}

KTEST(user, a_switch_exchanges_what_lives_in_registers)
{
	FIXTURE(f);
	static struct task shared other;
	static struct fpu_area shared area OWNER(test), seen OWNER(test);
	struct task *self = task_current();
	other = (struct task){ .user._fpu = &area };
	user_ctx_start(f.ctx, place(user_test_fpu), STACK_TOP);
	f.ctx->a0 = 0xaaaa;
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
	user_ctx_fork(&other.user, f.ctx);
	EXPECT_EQ(area.f[13], 0xaaaa);
	EXPECT(other.user._fpu == &area && other.user.pc == f.ctx->pc &&
	       !vector_is_on(&other.user));
	area.f[13] = 0xbbbb;

	u64 flags = irq_save();
	arch_switch_user_state(self, &other);
	struct task *current = task_current();
	fpu_save(&seen);
	arch_switch_user_state(&other, self);
	irq_restore(flags);

	EXPECT(current == &other && task_current() == self);
	EXPECT_EQ(seen.f[13], 0xbbbb);
	EXPECT_EQ(run(f.ctx), USER_SYSCALL);
	EXPECT_EQ(f.ctx->a0, 0xaaaa);
}
