/* SPDX-License-Identifier: MPL-2.0 */
/* figures - what tasks and CPUs used so far. */
#include "sched/class.h"

u64 sched_exec_ns(const struct task *t)
{
	u64 total = atomic_u64_load(&t->sched.exec_total_ns);
	if (t == task_current())
		total += clock_monotonic_ns() - t->sched.exec_start_ns;
	return total;
}

void sched_view(const struct task *t, struct sched_view *out)
{
	const struct sched_entity *e = &t->sched;
	struct runq *q = runq_of(atomic_u32_load(&e->cpu));
	u64 flags = irq_save();
	{
		GUARD(runq, &q->lock);
		*out = (struct sched_view){
			.virtual_ns = e->vruntime,
			.weight = e->weight,
			.left_ns = (u64)max_of(e->deadline.left_ns, (i64)0),
			.due_ns = e->deadline.due_ns,
		};
	}
	irq_restore(flags);
}

u64 sched_busy_ns(u32 cpu)
{
	struct runq *q = runq_of(cpu);
	u64 flags = irq_save(), busy = 0;
	{
		GUARD(runq, &q->lock);
		busy = q->busy_ns;
	}
	irq_restore(flags);
	return busy;
}

void sched_totals(struct sched_totals *out)
{
	*out = (struct sched_totals){};
	for (u32 cpu = 0; cpu < cpu_count(); cpu++) {
		struct runq *q = runq_of(cpu);
		out->ready += place_load(cpu);
		u64 flags = irq_save();
		{
			GUARD(runq, &q->lock);
			out->switches += q->switches;
			out->busy_ns += q->busy_ns;
		}
		irq_restore(flags);
	}
}
