/* SPDX-License-Identifier: MPL-2.0 */
/*
 * sigaction - what a process does with each signal.
 *
 * H1: `ignored` and `caught` say of each signal what its entry in the table says; posting reads
 * only them. Without a table every action is SIG_DFL or SIG_IGN, without flags. H2: a table with
 * more than one reference is not written: the writer makes its own copy first.
 */
#include "process/internal.h"

static void action_table_fini(struct action_table *t)
{
	(void)t;
}
OBJECT_TYPE(action_table, action_table_fini);

static void sighand_fini(struct sighand *h)
{
	GUARD(sighand, &h->lock);
	action_table_drop(&h->table);
}
OBJECT_TYPE(sighand, sighand_fini);

err_t sighand_new(struct sighand_ref *out)
{
	return sighand_alloc(out);
}

err_t sighand_copy(struct sighand *from, struct sighand_ref *out)
{
	SCOPED_REF(sighand, r);
	SCOPED_REF(action_table, table);
	TRY(sighand_alloc(&r));
	struct sighand *to = sighand_get(&r);
	{
		GUARD(sighand, &from->lock);
		table = action_table_clone_or_null(action_table_get_or_null(&from->table));
		atomic_u64_store(&to->ignored, atomic_u64_load(&from->ignored));
		atomic_u64_store(&to->caught, atomic_u64_load(&from->caught));
	}
	{
		GUARD(sighand, &to->lock);
		to->table = action_table_move(&table);
	}
	*out = sighand_move(&r);
	return OK;
}

void sighand_read(struct sighand *s, u32 signo, struct abi_sigaction *out)
{
	GUARD(sighand, &s->lock);
	const struct action_table *t = action_table_get_or_null(&s->table);
	*out = (struct abi_sigaction){};
	if (t != nullptr)
		*out = array_at(t->action, signo - 1);
	else if ((atomic_u64_load(&s->ignored) & sigset_bit(signo)) != 0)
		out->handler = SIG_IGN;
}

/* Establishes H1. */
static void store(struct sighand *s, u32 signo, const struct abi_sigaction *action) HOLDS(sighand)
{
	u64 bit = sigset_bit(signo);
	array_at(action_table_get(&s->table)->action, signo - 1) = *action;
	u64 ignored = atomic_u64_load(&s->ignored) & ~bit,
	    caught = atomic_u64_load(&s->caught) & ~bit;
	atomic_u64_store(&s->ignored, action->handler == SIG_IGN ? ignored | bit : ignored);
	atomic_u64_store(&s->caught, action->handler > SIG_IGN ? caught | bit : caught);
}

static bool is_writable(const struct sighand *s) HOLDS(sighand)
{
	const struct action_table *t = action_table_get_or_null(&s->table);
	return t != nullptr && object_refs(&t->object) == 1;
}

/* Establishes H2: the spare becomes the table. */
static void install_copy(struct sighand *s, struct action_table_ref spare) HOLDS(sighand)
{
	const struct action_table *old = action_table_get_or_null(&s->table);
	struct action_table *copy = action_table_get(&spare);
	u64 ignored = atomic_u64_load(&s->ignored);
	for (u32 i = 0; i < NSIG; i++) {
		if (old != nullptr)
			array_at(copy->action, i) = array_at(old->action, i);
		else if ((ignored & sigset_bit(i + 1)) != 0)
			array_at(copy->action, i).handler = SIG_IGN;
	}
	action_table_replace(&s->table, action_table_move(&spare));
}

err_t sighand_set(struct sighand *s, u32 signo, const struct abi_sigaction *action)
{
	SCOPED_REF(action_table, spare);
	{
		GUARD(sighand, &s->lock);
		if (is_writable(s)) {
			store(s, signo, action);
			return OK;
		}
	}
	TRY(action_table_alloc(&spare));
	GUARD(sighand, &s->lock);
	if (!is_writable(s))
		install_copy(s, action_table_move(&spare));
	store(s, signo, action);
	return OK;
}

/* Back to default, for faults and SA_RESETHAND.  Without memory for a copy all of the table's
 * sharers' handlers stay, ours is marked default. */
void sighand_reset(struct sighand *s, u32 signo)
{
	struct abi_sigaction action = {};
	sighand_read(s, signo, &action);
	action.handler = SIG_DFL;
	if (sighand_set(s, signo, &action) == OK)
		return;
	(void)atomic_u64_and(&s->ignored, ~sigset_bit(signo));
	(void)atomic_u64_and(&s->caught, ~sigset_bit(signo));
}

void sighand_reset_caught(struct sighand *s)
{
	GUARD(sighand, &s->lock);
	/* Ignored signals stay ignored (H1); flags and masks go. */
	action_table_drop(&s->table);
	atomic_u64_store(&s->caught, 0);
}
