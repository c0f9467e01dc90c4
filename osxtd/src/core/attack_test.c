// SPDX-License-Identifier: MPL-2.0
/* attack_test - a scheduling policy that lies, lists and spans misused. */
#include <arch/check.h>
#include <osxtd/ktest.h>
#include <osxtd/list.h>
#include <osxtd/rcu.h>
#include <osxtd/task.h>
#include <osxtd/tree.h>

#include "core/sched.h"

/* ---- the scheduler ---- */

struct victim {
	struct task task;
	u32 runs;
	bool yields;
	bool overlaps; /* it ran while it ran */
	bool inside;
};
SUBTYPE(victim, task);
static void victim_fini(struct victim *v)
{
	task_fini(&v->task);
}
OBJECT_SUBTYPE(victim, task, victim_fini);

static void victim_entry(struct task *self)
{
	struct victim *v = victim_of(self);
	v->overlaps |= v->inside;
	v->inside = true;
	v->runs++;
	if (v->yields)
		task_yield();
	v->inside = false;
}

/* A policy that keeps to the real one but for the victim, which it knows nothing of. */
struct liar {
	const struct sched_policy *real OWNER(ktest);
	struct task *victim OWNER(ktest); /* borrowed from the test */
	u32 picks OWNER(ktest);		  /* how often the victim is still handed over */
	u32 cpu OWNER(ktest);		  /* where the victim shall go */
};
static struct liar shared liar;

static u32 liar_select_cpu(struct task *t)
{
	return t == liar.victim ? liar.cpu : liar.real->select_cpu(t);
}

static bool liar_enqueue(u32 cpu, struct task_ref t, bool is_wakeup)
{
	if (task_get(&t) != liar.victim)
		return liar.real->enqueue(cpu, task_move(&t), is_wakeup);
	task_drop(&t);
	return false;
}

static bool liar_may_stay(u32 cpu, const struct task *t)
{
	return t == liar.victim || liar.real->may_stay(cpu, t);
}

static bool liar_pick(u32 cpu, struct task_ref *out)
{
	if (liar.picks == 0)
		return liar.real->pick(cpu, out);
	liar.picks--;
	*out = task_clone(liar.victim);
	return true;
}

static void liar_put_prev(u32 cpu, struct task *t)
{
	if (t != liar.victim)
		liar.real->put_prev(cpu, t);
}

static u64 liar_set_next(u32 cpu, struct task *t)
{
	return t == liar.victim ? 0 : liar.real->set_next(cpu, t);
}

static bool liar_tick(u32 cpu, struct task *t)
{
	return t == liar.victim || liar.real->tick(cpu, t);
}

static const struct sched_policy lying = { "liar",    liar_select_cpu, liar_enqueue,  liar_may_stay,
					   liar_pick, liar_put_prev,   liar_set_next, liar_tick };

/* Yields under the lying policy, which hands the victim over `picks` times. */
static void yield_to_lies(struct task *victim, u32 picks)
{
	liar.victim = victim;
	liar.picks = picks;
	liar.real = sched_policy_swap(&lying);
	while (liar.picks != 0)
		task_yield();
	(void)sched_policy_swap(liar.real);
	rcu_synchronize(); /* another CPU may still be about to give its pick back */
}

static err_t victim_new(struct task_ref *out)
{
	TRY(victim_alloc(out));
	return task_init(task_get(out), victim_entry);
}

KTEST(sched_attack, only_what_is_ready_is_run)
{
	static const u32 states[] = { TASK_NEW, TASK_RUNNING, TASK_PARKED, TASK_DEAD };
	SCOPED_REF(task, r);
	REQUIRE_OK(victim_new(&r));
	struct task *v = task_get(&r);
	for (u32 i = 0; i < array_len(states); i++) {
		atomic_u32_store(&v->_state, array_at(states, i));
		yield_to_lies(v, 3);
		EXPECT_EQ(victim_of(v)->runs, 0);
		EXPECT_EQ(atomic_u32_load(&v->_state), array_at(states, i));
		EXPECT_EQ(object_refs(&v->object), 1);
	}
}

KTEST(sched_attack, a_task_picked_again_and_again_runs_once_at_a_time_and_dies_once)
{
	SCOPED_REF(task, r);
	REQUIRE_OK(victim_new(&r));
	struct task *v = task_get(&r);
	victim_of(v)->yields = true;
	atomic_u32_store(&v->_state, TASK_READY);
	yield_to_lies(v, 5); /* run, run on behind its yield, and three times after its end */
	EXPECT_EQ(victim_of(v)->runs, 1);
	EXPECT(!victim_of(v)->overlaps);
	EXPECT_EQ(atomic_u32_load(&v->_state), TASK_DEAD);
	EXPECT_EQ(object_refs(&v->object), 1);
}

KTEST(sched_attack, the_current_task_is_not_entered_a_second_time)
{
	struct task *self = task_current();
	SCOPED_REF(task, keep);
	keep = task_clone(self); /* the liar drops what it is given */
	u32 refs = object_refs(&self->object);
	yield_to_lies(self, 1); /* it was made ready: going on with it is right */
	EXPECT_EQ(atomic_u32_load(&self->_state), TASK_RUNNING);
	EXPECT_EQ(object_refs(&self->object), refs);
}

static void start_victim(void *)
{
	task_start(liar.victim);
}

KTEST(sched_attack, a_cpu_that_is_not_there_is_refused)
{
	SCOPED_REF(task, r);
	REQUIRE_OK(victim_new(&r));
	liar.victim = task_get(&r);
	liar.cpu = cpu_count();
	liar.real = sched_policy_swap(&lying);
	EXPECT_TRAP(start_victim, nullptr, "cpu < cpu_count()");
	(void)sched_policy_swap(liar.real);
	EXPECT_EQ(victim_of(liar.victim)->runs, 0);
	struct task_ref lost = { liar.victim }; /* what the trapped call held */
	task_drop(&lost);
	EXPECT_EQ(object_refs(&liar.victim->object), 1);
}

static void start_twice(void *)
{
	task_start(liar.victim);
}

KTEST(sched_attack, a_task_is_started_once)
{
	SCOPED_REF(task, r);
	REQUIRE_OK(victim_new(&r));
	liar.victim = task_get(&r);
	atomic_u32_store(&liar.victim->_state, TASK_DEAD);
	EXPECT_TRAP(start_twice, nullptr, "atomic_u32_cas(&t->_state, &expected, TASK_READY)");
}

/* ---- lists ---- */

struct item {
	struct object object;
	struct list_link link;
};
REF_TYPE(item);
LIST_TYPE(item_list, item, link);

static struct item shared first, second OWNER(ktest);
static struct item_list shared list, other OWNER(ktest);

static void push_twice(void *)
{
	item_list_push_back(&list, (struct item_ref){ &first });
}

static void remove_unlinked(void *)
{
	(void)item_list_remove(&list, &second);
}

static void remove_foreign(void *)
{
	(void)item_list_remove(&other, &first);
}

KTEST(list_attack, an_element_is_on_one_list_once)
{
	item_list_push_back(&list, (struct item_ref){ &first });
	EXPECT_TRAP(push_twice, nullptr, "n->_prev == nullptr");
	EXPECT_TRAP(remove_unlinked, nullptr, "n->_prev != nullptr && l->_count != 0");
	EXPECT_TRAP(remove_foreign, nullptr, "n->_prev != nullptr && l->_count != 0");
	EXPECT_EQ(item_list_count(&list), 1);
	(void)item_list_remove(&list, &first);
	EXPECT(item_list_is_empty(&list));
}

static void insert_before_an_element_of_another_list(void *)
{
	item_list_insert_before(&other, &first, (struct item_ref){ &second });
}

KTEST(list_attack, a_list_does_not_begin_with_elements_of_another)
{
	item_list_push_back(&list, (struct item_ref){ &first });
	EXPECT_TRAP(insert_before_an_element_of_another_list, nullptr,
		    "prev != nullptr || l->_first == before");
	EXPECT(item_list_is_empty(&other));
	(void)item_list_remove(&list, &first);
}

/* ---- trees ---- */

static struct tree_raw shared tree, other_tree OWNER(ktest);
static struct tree_link shared branch OWNER(ktest);

static void remove_from_another_tree(void *)
{
	tree_raw_remove(&other_tree, &branch);
}

KTEST(tree_attack, the_root_of_one_tree_is_not_taken_from_another)
{
	static struct tree_link shared other_branch;
	tree_raw_insert(&tree, &branch);
	tree_raw_insert(&other_tree, &other_branch);
	EXPECT_TRAP(remove_from_another_tree, nullptr, "t->_root == old");
	EXPECT(other_tree._root == &other_branch);
	tree_raw_remove(&tree, &branch);
	tree_raw_remove(&other_tree, &other_branch);
}

/* ---- spans ---- */

static u8 shared bytes[8] OWNER(ktest);
static u32 shared words[4] OWNER(ktest);
static usize shared beyond OWNER(ktest) = 8;

static void read_behind(void *)
{
	bytes[0] = span_get(span_of(bytes), beyond);
}

static void write_behind(void *)
{
	span_set(span_of(bytes), beyond, 1);
}

static void widen(void *)
{
	(void)span_sub(span_of(bytes), 4, beyond);
}

static void widen_by_wrapping(void *)
{
	(void)span_sub(span_of(bytes), ~(usize)0, beyond);
}

static void index_behind(void *)
{
	array_at(words, beyond) = 1;
}

static void copy_too_much(void *)
{
	span_copy(span_sub(span_of(bytes), 0, 4), cspan_of(bytes));
}

KTEST(span_attack, nothing_behind_the_end_is_reached)
{
	EXPECT_TRAP(read_behind, nullptr, "i < s._len");
	EXPECT_TRAP(write_behind, nullptr, "i < s._len");
	EXPECT_TRAP(widen, nullptr, "off <= s._len && len <= s._len - off");
	EXPECT_TRAP(widen_by_wrapping, nullptr, "off <= s._len && len <= s._len - off");
	EXPECT_TRAP(index_behind, nullptr, "i < n");
	EXPECT_TRAP(copy_too_much, nullptr, "src._len <= dst._len");
}

/* ---- what the compiler checks ---- */

static i32 shared big OWNER(ktest) = INT32_MAX;
static u32 shared by OWNER(ktest) = 40;

static void overflow(void *)
{
	big = big + (i32)by;
}

static void shift_too_far(void *)
{
	by = 1u << by;
}

static void divide_by_zero(void *)
{
	by = 1 / (by - 40);
}

static u64 takes_a_number(u64 n)
{
	return n;
}

UNSAFE("1. the call never happens: kCFI is what is tested")
static void call_by_a_wrong_type(void *)
{
	void (*volatile f)(void *) = (void (*)(void *))(void *)takes_a_number;
	f(nullptr);
}

#define UD "indirect call of the wrong type, or unreachable code"
/* A debug build has reported already when it traps. */
#ifdef OSXTD_DEBUG
#define EXPECT_UB(body, why) EXPECT_TRAP(body, nullptr, ARCH_CHECK_REPORTED)
#else
#define EXPECT_UB(body, why) EXPECT_TRAP(body, nullptr, ARCH_CHECK_WHY(why))
#endif

KTEST(compiler_attack, undefined_behaviour_traps)
{
	EXPECT_UB(overflow, "addition overflows");
	EXPECT_UB(shift_too_far, "shift out of bounds");
	EXPECT_UB(divide_by_zero, "division overflows or by zero");
	EXPECT_TRAP(call_by_a_wrong_type, nullptr, UD);
}
