// SPDX-License-Identifier: MPL-2.0
/* mutate - new programs from nothing, and from others. */
#include <string.h>

#include "kinds.h"
#include "sysfuzz.h"

enum { HINTS_MAX = 8192 };
struct hint {
	uint64_t had, wanted;
};
static struct hint hints[HINTS_MAX];
static unsigned hint_count;

void hints_clear(void)
{
	hint_count = 0;
}

unsigned hints_count(void)
{
	return hint_count;
}

void hint_add(uint64_t had, uint64_t wanted)
{
	for (unsigned i = hint_count > 64 ? hint_count - 64 : 0; i < hint_count; i++)
		if (hints[i].had == had && hints[i].wanted == wanted)
			return;
	if (hint_count < HINTS_MAX)
		hints[hint_count++] = (struct hint){ had, wanted };
}

/* A call of a fresh kind at place c, which is empty. */
static void make_call(struct program *p, unsigned c)
{
	struct call *call = &p->call[c];

	*call = (struct call){ .type = (uint16_t)call_choose(),
			       .thread = (uint8_t)below(p->threads) };
	for (unsigned i = 0; i < ARGS; i++)
		value_make(p, c, i, &call->arg[i]);
}

void program_random(struct program *p)
{
	unsigned want = 1 + below(below(3) != 0 ? 8 : CALLS_MAX);

	*p = (struct program){ .is_root = below(3) == 0, .threads = 1 };
	if (below(3) == 0)
		p->threads = (uint8_t)(1 + below(THREADS_MAX));
	while (p->count < want) {
		make_call(p, p->count);
		p->count++;
	}
}

/* Results are named by the number of their call: they follow it when it moves. */
static void shift_results(struct program *p, unsigned from, int by)
{
	for (unsigned c = 0; c < p->count; c++) {
		for (unsigned i = 0; i < ARGS; i++) {
			struct arg *a = &p->call[c].arg[i];

			if (a->kind != A_RESULT || a->value < from)
				continue;
			if (by < 0 && a->value == from)
				*a = (struct arg){ .repeat = 1, .value = 3 + from };
			else
				a->value = (uint64_t)((int64_t)a->value + by);
		}
	}
}

static void make_room(struct program *p, unsigned c)
{
	shift_results(p, c, 1);
	memmove(&p->call[c + 1], &p->call[c], (p->count - c) * sizeof p->call[0]);
	p->count++;
}

void program_remove(struct program *p, unsigned c)
{
	memmove(&p->call[c], &p->call[c + 1], (p->count - c - 1u) * sizeof p->call[0]);
	p->count--;
	shift_results(p, c, -1);
}

static void insert(struct program *p)
{
	if (p->count == CALLS_MAX)
		return;
	unsigned c = below(p->count + 1u);

	make_room(p, c);
	make_call(p, c);
}

/* The head of one and the tail of the other. */
static void splice(struct program *p, const struct program *other)
{
	unsigned at = below(p->count + 1u);
	unsigned from = other->count == 0 ? 0 : below(other->count);

	p->count = (uint8_t)at;
	for (unsigned c = from; c < other->count && p->count < CALLS_MAX; c++) {
		struct call *to = &p->call[p->count];

		*to = other->call[c];
		to->thread = (uint8_t)(to->thread % p->threads);
		for (unsigned i = 0; i < ARGS; i++) {
			struct arg *a = &to->arg[i];

			if (a->kind != A_RESULT)
				continue;
			if (a->value >= from)
				a->value += at - from;
			else
				*a = (struct arg){ .repeat = 1, .value = 3 + below(20) };
		}
		p->count++;
	}
}

static uint64_t nudged(uint64_t v)
{
	switch (below(6)) {
	case 0:
		return v + 1 + below(8);
	case 1:
		return v - 1 - below(8);
	case 2:
		return v ^ 1ull << below(64);
	case 3:
		return v ^ 1ull << below(12);
	case 4:
		return (v & ~0xffffffffull) | (odd_value() & 0xffffffff);
	default:
		return odd_value();
	}
}

static void change(struct program *p)
{
	if (p->count == 0)
		return;
	unsigned c = below(p->count), n = 0;
	const struct call_type *type = &call_types[p->call[c].type];

	while (n < ARGS && type->kind[n] != K_NONE)
		n++;
	if (n == 0)
		return;
	unsigned i = below(n);
	struct arg *a = &p->call[c].arg[i];

	if (below(2) != 0)
		value_make(p, c, i, a);
	else if (a->kind == A_CONST)
		a->value = nudged(a->value);
	else if (a->kind == A_MEMORY && a->words != 0 && below(4) != 0) {
		unsigned w = below(a->words);

		a->word[w] = nudged(a->word[w]);
	} else if (a->kind == A_MEMORY)
		a->value = below(2) != 0 ? ARENA + below(232 * 4096) : a->value + below(64) - 32;
}

/* Where v is `had`, as a whole or in its lower half, it becomes `wanted`. */
static bool apply_hint(uint64_t *v, const struct hint *h)
{
	if (*v == h->had)
		*v = h->wanted;
	else if ((uint32_t)*v == (uint32_t)h->had && h->had != 0)
		*v = (*v & ~0xffffffffull) | (uint32_t)h->wanted;
	else if (*v >> 32 == (uint32_t)h->had && h->had != 0)
		*v = (uint32_t)*v | h->wanted << 32;
	else
		return false;
	return true;
}

static bool use_hint(struct program *p, const struct hint *h)
{
	bool used = false;

	for (unsigned c = 0; c < p->count; c++) {
		for (unsigned i = 0; i < ARGS; i++) {
			struct arg *a = &p->call[c].arg[i];

			if (below(4) == 0)
				continue;
			if (a->kind == A_CONST)
				used |= apply_hint(&a->value, h);
			for (unsigned w = 0; a->kind == A_MEMORY && w < a->words; w++)
				used |= apply_hint(&a->word[w], h);
		}
	}
	return used;
}

static void use_some_hint(struct program *p)
{
	for (unsigned tries = 0; tries < 40 && hint_count != 0; tries++)
		if (use_hint(p, &hints[below(hint_count)]))
			return;
	change(p);
}

static void repeat_call(struct program *p)
{
	if (p->count == 0 || p->count == CALLS_MAX)
		return;
	unsigned c = below(p->count);

	make_room(p, c);
	p->call[c] = p->call[c + 1];
	for (unsigned i = 0; i < ARGS; i++)
		if (p->call[c].arg[i].kind == A_RESULT && p->call[c].arg[i].value >= c)
			p->call[c].arg[i] = (struct arg){ .repeat = 1, .value = 3 };
	p->call[c].thread = (uint8_t)below(p->threads);
}

static void rearrange(struct program *p)
{
	if (below(3) == 0)
		p->is_root = !p->is_root;
	if (below(2) == 0) {
		p->threads = (uint8_t)(1 + below(THREADS_MAX));
		for (unsigned c = 0; c < p->count; c++)
			p->call[c].thread = (uint8_t)below(p->threads);
	}
	repeat_call(p);
}

void program_mutate(struct program *p, const struct program *other)
{
	do {
		switch (below(20)) {
		case 0:
			splice(p, other);
			break;
		case 1:
			if (p->count > 1)
				program_remove(p, below(p->count));
			break;
		case 2:
			rearrange(p);
			break;
		case 3:
			repeat_call(p);
			break;
		case 4:
		case 5:
		case 6:
		case 7:
			use_some_hint(p);
			break;
		case 8:
		case 9:
		case 10:
		case 11:
		case 12:
			insert(p);
			break;
		default:
			change(p);
		}
	} while (below(3) != 0);
}
