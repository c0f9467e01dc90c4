/* SPDX-License-Identifier: MPL-2.0 */
/*
 * task - threads of kernel execution, and the scheduler that is injected from outside.
 *
 * A task is a kernel stack with a saved context.  kernel/process embeds it as the base of its
 * `struct thread` (OBJECT_SUBTYPE(thread, task, …)), so task_current() can be downcast with
 * thread_of.
 *
 * States: new -> (task_start) ready <-> running -> parked -> ready … -> dead (task_exit).
 * OSXTD guarantees, whatever the policy answers: a task runs on one CPU at a time (T1), only ready
 * tasks run (T2), and registers, FPU state, user TLS and the address space are switched with it
 * (T3).
 *
 *   Lifetime:  counted; a started task holds a reference to itself until it is dead and switched
 * away from. Context:   task_unpark from any context; the rest from task context.
 */
#pragma once
#include <osxtd/cpu.h>
#include <osxtd/list.h>
#include <osxtd/lock.h>
#include <osxtd/object.h>
#include <osxtd/tree.h>
#include <osxtd/user_ctx.h>
#include <osxtd/vmspace.h>

struct task;
struct kcov;
REF_TYPE(task);
OSXTD_API extern const struct object_type task_type_;

/* What a deadline task asked for, and what is left of it (sched(7), SCHED_DEADLINE). */
struct sched_deadline {
	u64 runtime_ns, deadline_ns, period_ns;
	u64 due_ns;    /* the absolute deadline in force */
	i64 left_ns;   /* of runtime_ns until then */
	u32 flags;     /* SCHED_FLAG_DL_OVERRUN or none */
	u32 bandwidth; /* reserved for it, in 1/2^20 of a CPU */
};
/* Room for the policy inside each task; the policy alone reads and writes it, under its own locks.
 */
struct sched_entity {
	struct list_link link;
	struct tree_link node;
	u64 key; /* what node is sorted by */
	u64 vruntime, vdeadline;
	i64 lag; /* virtual time owed to it when it left the CPU */
	u64 slice_ns;
	u64 exec_start_ns;
	struct atomic_u64 exec_total_ns;
	struct atomic_i32 nice;
	u32 weight;
	struct atomic_u32 cpu;
	u8 queue;	 /* which queue it stands in; 0: none */
	bool is_counted; /* among those whose mean is the virtual time */
	bool has_yielded, is_turn_over;
	u32 turn_ticks;		       /* of a round-robin turn that are used */
	struct atomic_u32 policy;      /* SCHED_* */
	struct atomic_u32 rt_priority; /* 1 to 99 of the real-time policies */
	struct atomic_u32 rank;	       /* what it counts as now: what it is set to, or was lent */
	u32 lent_rank;		       /* by those who wait for a lock that it holds; 0: none */
	u64 lent_due_ns;
	struct sched_deadline deadline;
	struct atomic_u64 affinity; /* CPUs it may run on; 0: all */
	u64 put_mark; /* of the put_prev after which it is queued again; 0: it left by itself */
	struct atomic_u64 voluntary, preemptions; /* how often it left the CPU, and why */
	struct atomic_u32 ticks;		  /* timer ticks that met it running */
};

enum task_state : u32 { TASK_NEW, TASK_READY, TASK_RUNNING, TASK_PARKED, TASK_DEAD };

struct task {
	struct object object;
	struct user_ctx user;	     /* what user mode sees; idle while the task never enters it */
	struct atomic_u32 interrupt; /* TASK_INTR_* bits: why an interruptible sleep must end */
	u64 _kernel_sp;		     /* entry code knows the place of these */
	struct vmspace_ref space;    /* the address space in force while it runs; null: kernel's */
	struct sched_entity sched;
	/* private to osxtd */
	u64 _stack_base;
	void (*_entry)(struct task *self);
	struct atomic_u32 _state;
	struct atomic_u32 _on_cpu;
	struct atomic_u32 _wake_pending;
	struct arch_task _arch;
	struct task *_wait_next;
#ifdef OSXTD_DEBUG
	u64 _parked_ns;
	struct task *_parked_before, *_parked_after; /* watchdog.h */
	u32 _sleep_mode;
	bool _is_hung;
	struct kcov *_kcov;			/* where it records, see kcov.h */
	struct atomic_u32 _fail_nth, _may_fail; /* fault_inject.h */
#endif
	struct mutex_raw *_mutexes; /* held, while it does not run (cpu_mutexes) */
	u32 _is_oopsing;
	u32 _is_relieving; /* it runs the hook for memory pressure */
};

enum : u32 {
	TASK_INTR_SIGNAL = 1, /* a signal wants delivery */
	TASK_INTR_KILL = 2,   /* the task must exit */
	TASK_INTR_STOP = 4,   /* job control */
};

/* Gives an allocated, zeroed task (a subtype's base) its stack and entry.  ERR_NOMEM. */
OSXTD_API err_t task_init(struct task *t, void (*entry)(struct task *self));
/* Frees what task_init got; for the subtype's fini.  The task is dead or was never started. */
OSXTD_API void task_fini(struct task *t);
/* Makes a new task ready.  It runs from now on until task_exit. */
OSXTD_API void task_start(struct task *t);
/* Starts a task of the kernel's own that runs fn(arg), on the CPUs that the caller may run on, and
 * ends.  ERR_NOMEM. */
OSXTD_API err_t kernel_task_start(void (*fn)(void *arg), void *arg);
/* Once: what ends a task in whose context the kernel went wrong (oops.h); returns for tasks that
 * are not its own. */
OSXTD_API void task_on_oops(void (*hook)(struct task *t));
/* Leaves the CPU for good; the reference the run queue held goes with it. */
[[noreturn]] OSXTD_API void task_exit(void);

/* Sleeps until task_unpark; returns at once if one came since the last park.  might_sleep. */
OSXTD_API void task_park(void);
/* True while t sleeps: what ps shows; stale at once. */
ALWAYS_INLINE bool task_is_parked(const struct task *t)
{
	return atomic_u32_load(&t->_state) == TASK_PARKED;
}
/* For put_prev: t would go on, it neither sleeps nor ends. */
ALWAYS_INLINE bool task_goes_on(const struct task *t)
{
	return atomic_u32_load(&t->_state) == TASK_RUNNING;
}
/* True while a CPU runs t or has not left its stack yet; nobody else may run it then. */
ALWAYS_INLINE bool task_is_on_cpu(const struct task *t)
{
	return atomic_u32_load_acquire(&t->_on_cpu) != 0;
}
/* Lets t run again (or its next park return at once).  Any context. */
OSXTD_API void task_unpark(struct task *t);
/* Gives other ready tasks a turn. */
OSXTD_API void task_yield(void);
/* Called where a task may change over: runs the scheduler if it asked for it. */
OSXTD_API void task_reschedule(void);
/*
 * For each round of a loop that user programs make long: others get their turn (nothing else takes
 * the CPU from kernel code), and true says that one of these TASK_INTR_* bits is set, so the loop
 * is to end early.  might_sleep.
 */
OSXTD_API bool task_pause(u32 bits);
/* Makes the task on this CPU leave at the next opportunity. */
OSXTD_API void task_need_resched(u32 cpu);

/* The current task's address space; it alone changes it.  Traps when it has none. */
OSXTD_API BORROWS struct vmspace *task_space(void);
/* Changes the current task's address space (exec) and makes it current on this CPU. */
OSXTD_API void task_set_space(struct vmspace_ref space);

/* ---- the injected scheduler ---- */
enum : u64 { SCHED_TICK_KEEP = UINT64_MAX };
struct sched_policy {
	const char *name;
	/* The CPU whose queue t should join. */
	u32 (*select_cpu)(struct task *t);
	/* t became ready on cpu; is_wakeup tells a wake from a preemption.  Holds a reference.
	 * True: preempt what runs there. */
	bool (*enqueue)(u32 cpu, struct task_ref t, bool is_wakeup);
	/* Whether t, which ran on cpu, may be queued there again; false: select_cpu is asked.
	 * Null: always. */
	bool (*may_stay)(u32 cpu, const struct task *t);
	/* Hands over the next task to run on cpu, which no other CPU is leaving (task_is_on_cpu);
	 * false: idle. */
	bool (*pick)(u32 cpu, struct task_ref *out);
	/* The task that ran stops running (it is enqueued again separately if still ready). */
	void (*put_prev)(u32 cpu, struct task *t);
	/* next starts to run; returns the ns after which tick shall be called, 0 for never,
	 * SCHED_TICK_KEEP when a tick that was asked for and has not come may stay as it is. Idling
	 * forgets it. */
	u64 (*set_next)(u32 cpu, struct task *next);
	/* The time asked for is over; true: reschedule. */
	bool (*tick)(u32 cpu, struct task *running);
};
/* Once, before the first task starts.  Interrupts are off inside every callback. */
OSXTD_API void sched_inject(const struct sched_policy *policy);
/* Starts scheduling on this CPU: the boot context becomes its idle task.  Does not return. */
[[noreturn]] OSXTD_API void sched_start(void);
