/* SPDX-License-Identifier: MPL-2.0 */
/*
 * graph - the call graph of the whole program: R-recurse.
 *
 * Nodes are functions, edges are calls by name.  A cycle is recursion.  Calls through tables are no
 * edges: a table of one layer calls the next (a file over a pipe over a wait queue), and to follow
 * every function that is stored in a slot would make most of the kernel one cycle.
 */
#include <stdlib.h>
#include <string.h>

#include "ast.h"
#include "driver.h"

struct vertex {
	const char *identity, *name, *file;
	unsigned line;
	unsigned *calls, call_count;
	unsigned index, low; /* Tarjan's numbers; index 0: not visited */
	unsigned next_edge;  /* where the walk goes on */
	bool is_on_stack, calls_itself;
	struct vertex *chained; /* in the same bucket */
};

enum { BUCKETS = 1 << 14, MAX_VERTICES = 1 << 16 };
static struct vertex *buckets[BUCKETS];
static struct vertex *all[MAX_VERTICES];
static unsigned count;

static unsigned vertex_of(const char *identity)
{
	const char *kept = intern(identity);
	struct vertex **slot = &buckets[((uintptr_t)kept >> 4) % BUCKETS];
	for (struct vertex *v = *slot; v; v = v->chained) {
		if (v->identity == kept)
			return v->index;
	}
	struct vertex *v = calloc(1, sizeof(*v));
	if (!v || count == MAX_VERTICES)
		abort();
	v->identity = v->name = kept;
	v->index = count;
	v->chained = *slot;
	*slot = v;
	all[count] = v;
	return count++;
}

void graph_define(const char *identity, const char *file, unsigned line, const char *name)
{
	struct vertex *v = all[vertex_of(identity)];
	v->file = intern(file);
	v->line = line;
	v->name = intern(name);
}

void graph_call(const char *from, const char *to)
{
	struct vertex *v = all[vertex_of(from)];
	unsigned target = vertex_of(to);
	if ((v->call_count & (v->call_count - 1)) == 0) {
		v->calls = realloc(v->calls,
				   (v->call_count ? 2 * v->call_count : 1) * sizeof(*v->calls));
		if (!v->calls)
			abort();
	}
	v->calls[v->call_count++] = target;
	v->calls_itself = v->calls_itself || all[target] == v;
}

/* ---- Tarjan's strongly connected components, without recursion ---- */
static unsigned path[MAX_VERTICES], path_length; /* the walk */
static unsigned stack[MAX_VERTICES],
	stack_height; /* vertices of components that are not complete */
static unsigned next_index;

static void enter(unsigned v)
{
	all[v]->index = all[v]->low = ++next_index;
	all[v]->is_on_stack = true;
	stack[stack_height++] = v;
	path[path_length++] = v;
}

static void report_cycle(struct facts *f, const unsigned *members, unsigned size)
{
	char names[512] = "";
	for (unsigned i = 0; i < size; i++) {
		const struct vertex *v = all[members[i]];
		if (strlen(names) + strlen(v->name) + 8 < sizeof(names)) {
			strcat(names, i ? ", " : "");
			strcat(names, v->name);
		}
	}
	for (unsigned i = 0; i < size; i++) {
		const struct vertex *v = all[members[i]];
		char text[600];
		snprintf(text, sizeof(text), "recursion: %s", names);
		if (v->file)
			facts_add_breach(f, "R-recurse", v->file, v->line, text);
	}
}

/* v is done: its component is complete when nothing above it on the stack is reached from it. */
static void leave(struct facts *f, unsigned v)
{
	path_length--;
	if (path_length > 0 && all[v]->low < all[path[path_length - 1]]->low)
		all[path[path_length - 1]]->low = all[v]->low;
	if (all[v]->low != all[v]->index)
		return;
	unsigned first = stack_height;
	do {
		first--;
		all[stack[first]]->is_on_stack = false;
	} while (stack[first] != v);
	if (stack_height - first > 1 || all[v]->calls_itself)
		report_cycle(f, stack + first, stack_height - first);
	stack_height = first;
}

static void walk_from(struct facts *f, unsigned root)
{
	enter(root);
	while (path_length > 0) {
		struct vertex *v = all[path[path_length - 1]];
		if (v->next_edge == v->call_count) {
			leave(f, path[path_length - 1]);
			continue;
		}
		unsigned target = v->calls[v->next_edge++];
		if (all[target]->index == 0)
			enter(target);
		else if (all[target]->is_on_stack && all[target]->index < v->low)
			v->low = all[target]->index;
	}
}

void check_recursion(struct facts *f)
{
	for (unsigned i = 0; i < count; i++)
		all[i]->index = 0;
	for (unsigned i = 0; i < count; i++) {
		if (all[i]->index == 0)
			walk_from(f, i);
	}
}
