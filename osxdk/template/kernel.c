/* SPDX-License-Identifier: MPL-2.0 */
/*
 * @NAME@ - a kernel of one user task, which knows write(2) and exit(2).
 *
 * All that is unsafe (boot, page tables, entering user mode) is OSXTD's; here are only decisions:
 * which task runs next, what the address space holds, what a system call does.
 */
#include <osxtd/boot.h>
#include <osxtd/console.h>
#include <osxtd/power.h>
#include <osxtd/task.h>
#include <osxtd/user.h>
#include <osxtd/vmspace.h>

#include "calls.h" /* arch/<arch> */

/* ---- the scheduler: first come, first served ---- */

LOCK_CLASS(runq, irq);
LIST_TYPE(task_list, task, sched.link);

static struct {
	struct runq_lock lock;
	struct task_list ready GUARDED(runq);
} shared runq;

static u32 select_cpu(struct task *)
{
	return 0;
}

static bool enqueue(u32, struct task_ref t, bool)
{
	GUARD(runq, &runq.lock);
	task_list_push_back(&runq.ready, t);
	return false;
}

static bool pick(u32, struct task_ref *out)
{
	GUARD(runq, &runq.lock);
	return task_list_pop_front(&runq.ready, out);
}

static void put_prev(u32, struct task *) {}

static u64 set_next(u32, struct task *)
{
	return 0;
}

static bool tick(u32, struct task *)
{
	return true;
}

static const struct sched_policy fifo = { .name = "fifo",
					  .select_cpu = select_cpu,
					  .enqueue = enqueue,
					  .pick = pick,
					  .put_prev = put_prev,
					  .set_next = set_next,
					  .tick = tick };

/* ---- the address space: one page of program, one of stack, nothing on demand ---- */

enum : u64 { PROGRAM_AT = 0x400000, STACK_AT = 0x7ff000 };

static const u8 program[] = {
#embed "hello.bin"
};

struct space {
	struct vmspace vmspace;
};

struct area {
	struct region region;
};

/* OSXTD ends the bases; these types hold nothing more. */
static void space_fini(struct space *) {}

static void area_fini(struct area *) {}

OBJECT_SUBTYPE(space, vmspace, space_fini);
OBJECT_SUBTYPE(area, region, area_fini);

static err_t refuse_fault(struct vmspace *, u64, u32)
{
	return ERR_FAULT;
}

static const struct vmspace_ops space_ops = { .fault = refuse_fault };

static err_t map_page(struct vmspace *s, u64 va, u32 prot, struct cspan content)
{
	SCOPED_REF(region, region);
	TRY(area_alloc(&region));
	SCOPED_UFRAME(frame);
	TRY(uframe_alloc(&frame));
	uframe_write(uframe_get(&frame), 0, content);

	SCOPED_CURSOR(cursor);
	TRY(vmspace_lock(s, va, va + PAGE_SIZE, &cursor));
	TRY(vm_mark(&cursor, va, va + PAGE_SIZE, region_move(&region), prot));
	return vm_map(&cursor, va, uframe_move(&frame), true);
}

/* ---- the task ---- */

struct app {
	struct task task;
};

static void app_fini(struct app *a)
{
	task_fini(&a->task);
}

OBJECT_SUBTYPE(app, task, app_fini);

static i64 sys_write(u64 buffer, u64 length)
{
	u8 bytes[128] = {};
	usize n = length < sizeof(bytes) ? length : sizeof(bytes);
	struct span part = span_sub(span_of(bytes), 0, n);

	if (user_read(uaddr_of(buffer), part) != OK)
		return ERR_FAULT;
	console_write(span_const(part));
	return (i64)n;
}

static i64 system_call(const struct user_ctx *regs)
{
	switch (call_number(regs)) {
	case CALL_WRITE:
		return sys_write(call_second(regs), call_third(regs));
	case CALL_EXIT:
		power_off(call_first(regs) == 0 ? POWER_GOOD : POWER_BAD);
	default:
		return ERR_NOSYS;
	}
}

static void app_main(struct task *self)
{
	for (;;) {
		switch (user_run(&self->user)) {
		case USER_SYSCALL:
			call_answer(&self->user, system_call(&self->user));
			break;
		case USER_INTERRUPT:
			task_reschedule();
			break;
		case USER_FAULT:
		case USER_EXCEPTION:
			power_off(POWER_BAD);
		}
	}
}

static err_t start_app(void)
{
	SCOPED_REF(vmspace, space);
	TRY(space_alloc(&space));
	TRY(vmspace_init(vmspace_get(&space), &space_ops));
	TRY(map_page(vmspace_get(&space), PROGRAM_AT, VM_READ | VM_EXEC, cspan_of(program)));
	TRY(map_page(vmspace_get(&space), STACK_AT, VM_READ | VM_WRITE, (struct cspan){}));

	SCOPED_REF(task, task);
	TRY(app_alloc(&task));
	struct task *t = task_get(&task);
	TRY(task_init(t, app_main));
	user_ctx_start(&t->user, PROGRAM_AT, STACK_AT + PAGE_SIZE);
	t->space = vmspace_move(&space);
	task_start(t);
	return OK;
}

void kernel_main(void)
{
	sched_inject(&fifo);
	if (start_app() != OK)
		power_off(POWER_BAD);
	sched_start();
}
