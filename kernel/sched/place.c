/* SPDX-License-Identifier: MPL-2.0 */
/*
 * place - which CPU a task goes to.
 *
 * A task that wakes goes to the CPU it ran on last if that idles, else to another that does, else
 * it waits where it was; one that counts more than fair ones goes where the least counts.  A CPU
 * without work takes some from the longest queue, and at a slower pace those that have less of it
 * than others do.  A task of a higher rank waits nowhere while some CPU runs one of a lower rank
 * that it could take the place of.
 */
#include "sched/class.h"

enum : u32 { BALANCE_TICKS = 4 };

/* CPUs that found nothing to run and were not chosen for anything since. */
static struct atomic_u64 shared idle_cpus;
/* CPUs on which more than fair tasks wait. */
static struct atomic_u64 shared urgent_cpus;

static void set_bit(struct atomic_u64 *set, u32 cpu, bool value)
{
	u64 bit = (u64)1 << cpu;
	if (((atomic_u64_load(set) & bit) != 0) == value)
		return;
	if (value)
		(void)atomic_u64_or(set, bit);
	else
		(void)atomic_u64_and(set, ~bit);
}

void place_note_idle(u32 cpu)
{
	set_bit(&idle_cpus, cpu, true);
}

void place_note_busy(u32 cpu)
{
	set_bit(&idle_cpus, cpu, false);
}

void place_note_urgent(u32 cpu, bool some)
{
	set_bit(&urgent_cpus, cpu, some);
}

u32 place_load(u32 cpu)
{
	const struct runq *q = runq_of(cpu);
	return atomic_u32_load(&q->waiting) + (atomic_u32_load(&q->rank) != RANK_IDLE ? 1 : 0);
}

/* One of `allowed` that idles; whoever clears its bit has it for himself.  CPU_MAX: none. */
static u32 claim_idle(u64 allowed)
{
	for (;;) {
		u64 idle = atomic_u64_load(&idle_cpus) & allowed;
		if (idle == 0)
			return CPU_MAX;
		u32 cpu = bits_first(idle);
		u64 bit = (u64)1 << cpu;
		if ((atomic_u64_and(&idle_cpus, ~bit) & bit) != 0)
			return cpu;
	}
}

u32 place_lower(const struct task *t, u32 here)
{
	u32 lowest = rank_of(&t->sched), found = CPU_MAX;
	if (lowest == RANK_FAIR || cpu_count() == 1)
		return CPU_MAX;
	for (u32 cpu = 0; cpu < cpu_count(); cpu++) {
		u32 rank = atomic_u32_load(&runq_of(cpu)->rank);
		if (cpu != here && rank < lowest && may_run(t, cpu)) {
			lowest = rank;
			found = cpu;
		}
	}
	return found;
}

u32 place_select(struct task *t)
{
	if (cpu_count() == 1)
		return 0;
	u64 allowed = sched_affinity(t);
	u32 last = atomic_u32_load(&t->sched.cpu);
	bool may_stay = (allowed >> last & 1) != 0;
	if (may_stay && place_load(last) == 0)
		return last;
	u32 cpu = claim_idle(allowed);
	if (cpu != CPU_MAX)
		return cpu;
	if (rank_of(&t->sched) > RANK_FAIR &&
	    (!may_stay || atomic_u32_load(&runq_of(last)->rank) > RANK_FAIR)) {
		cpu = place_lower(t, CPU_MAX);
		if (cpu != CPU_MAX)
			return cpu;
	}
	return may_stay ? last : bits_first(allowed);
}

/* ---- taking work from elsewhere ---- */

/* One that waits in q and may run on cpu, of at least that rank; not one that its CPU is just
 * leaving. */
static bool take(struct runq *q, u32 cpu, u32 least_rank, struct task_ref *out)
{
	GUARD(runq, &q->lock);
	struct task *t = deadline_movable(&q->dl, cpu);
	if (t == nullptr)
		t = rt_movable(&q->rt, cpu);
	if (t == nullptr && least_rank <= RANK_FAIR)
		t = fair_movable(&q->fair, cpu);
	if (t == nullptr || rank_of(&t->sched) < least_rank)
		return false;
	*out = runq_remove(q, t);
	return true;
}

static void bring(u32 cpu, struct task_ref r)
{
	struct runq *q = runq_of(cpu);
	bool keeps_due = rank_of(&task_get(&r)->sched) == RANK_DEADLINE;
	GUARD(runq, &q->lock);
	runq_add(q, task_move(&r), keeps_due);
}

void place_pull_urgent(u32 cpu)
{
	u64 others = atomic_u64_load(&urgent_cpus) & ~((u64)1 << cpu);
	u32 most = atomic_u32_load(&runq_of(cpu)->urgent_rank), from = CPU_MAX;
	for (; others != 0; others &= others - 1) {
		u32 rank = atomic_u32_load(&runq_of(bits_first(others))->urgent_rank);
		if (rank > most) {
			most = rank;
			from = bits_first(others);
		}
	}
	SCOPED_REF(task, taken);
	if (from != CPU_MAX && take(runq_of(from), cpu, RANK_FAIR + 1, &taken))
		bring(cpu, task_move(&taken));
}

bool place_steal(u32 cpu)
{
	u32 busiest = CPU_MAX, most = 0;
	for (u32 i = 0; i < cpu_count(); i++) {
		u32 waiting = atomic_u32_load(&runq_of(i)->waiting);
		if (i != cpu && waiting > most) {
			busiest = i;
			most = waiting;
		}
	}
	SCOPED_REF(task, taken);
	if (busiest == CPU_MAX || !take(runq_of(busiest), cpu, RANK_IDLE, &taken))
		return false;
	bring(cpu, task_move(&taken));
	return true;
}

/* A fair task of q that makes the loads of both CPUs more alike. */
static bool take_weight(struct runq *q, u32 cpu, u64 load_here, struct task_ref *out)
{
	GUARD(runq, &q->lock);
	struct task *t = fair_movable(&q->fair, cpu);
	if (t == nullptr || q->fair.weight < load_here + 2 * (u64)t->sched.weight)
		return false;
	*out = runq_remove(q, t);
	return true;
}

void place_balance(u32 cpu)
{
	struct runq *q = runq_of(cpu);
	u64 idle = atomic_u64_load(&idle_cpus);
	if (atomic_u32_load(&q->waiting) != 0 && idle != 0) {
		task_need_resched(bits_first(idle));
		return;
	}
	if (++q->ticks % BALANCE_TICKS != 0)
		return;
	u32 busiest = CPU_MAX;
	u64 here = atomic_u64_load(&q->load), most = here;
	for (u32 i = 0; i < cpu_count(); i++) {
		const struct runq *other = runq_of(i);
		if (i != cpu && atomic_u32_load(&other->waiting) != 0 &&
		    atomic_u64_load(&other->load) > most) {
			busiest = i;
			most = atomic_u64_load(&other->load);
		}
	}
	SCOPED_REF(task, taken);
	if (busiest != CPU_MAX && take_weight(runq_of(busiest), cpu, here, &taken))
		bring(cpu, task_move(&taken));
}
