/* SPDX-License-Identifier: MPL-2.0 */
/*
 * lockdep - finds deadlocks that have not happened yet.
 *
 * An edge A -> B says that B was taken while A was held (or that B's declaration says AFTER(A)); it
 * keeps the backtrace that showed it first.  Each new edge is checked: a way back from B to A is a
 * deadlock that only waits for its moment.  A class that handlers take must never be held with
 * interrupts on, nor lead to one that is.  Each finding is reported once.
 *
 * Classes are told apart by name: one that several components use has a descriptor in each.
 *
 * The tables are written with interrupts off and under `busy`, which also keeps the log's own locks
 * from coming back here while a report is printed.
 */
#include <osxtd/lockdep.h>

#include <osxtd/cpu.h>
#include <osxtd/lock.h>
#include <osxtd/log.h>
#include <osxtd/task.h>

#include "console.h"
#include "debug/held.h"
#include "debug/report.h"
#include "panic.h"
#include "symbols.h"

enum : u32 { CLASS_MAX = 160, EDGE_MAX = 1024, TRACE_MAX = 8, KNOWN_MAX = 512, PATH_MAX = 16 };

struct dep_class {
	struct str name;
	bool is_mutex, in_handler, with_irqs_on, nests, is_irq_reported;
	u32 irq_trace, on_trace; /* edges (to itself) that keep where that was seen first */
	u64 after[(CLASS_MAX + 63) / 64];
};
struct dep_edge {
	u16 from, to;
	u64 trace[TRACE_MAX]; /* zero: declared */
};
struct known {
	const struct lock_class *cls;
	u32 id;
};
struct dep {
	u32 busy;
	u32 class_count, edge_count;
	struct dep_class class[CLASS_MAX];
	struct dep_edge edge[EDGE_MAX];
	struct known known[KNOWN_MAX];
};
static struct dep shared dep;

struct irq_context {
	u32 base; /* steps of the preemption count that belong to what was interrupted */
	u64 ip;
};
PER_CPU(struct irq_context, irq_contexts);

void lockdep_irq_enter(u64 ip)
{
	struct irq_context *c = this_cpu(irq_contexts);
	c->base = preempt_count();
	c->ip = ip;
}

void lockdep_irq_leave(void)
{
	this_cpu(irq_contexts)->base = 0;
}

u64 lockdep_interrupted_ip(void)
{
	return this_cpu(irq_contexts)->ip;
}

/* ---- what is held ---- */

void held_locks(struct held_list *out)
{
	*out = (struct held_list){};
	u32 from = cpu_in_irq() ? this_cpu(irq_contexts)->base : 0;
	for (u32 i = from; i < preempt_count() && i < HELD_MAX; i++) {
		const struct spin_raw *l = held_spinlock(i);
		if (l != nullptr && l->_word != 0 && out->count < HELD_LIST_MAX)
			array_at(out->cls, out->count++) = class_of_spinlock(l); /* readers too */
	}
	for (const struct mutex_raw *m = cpu_in_irq() ? nullptr : cpu_mutexes(); m != nullptr;
	     m = m->_below) {
		if (out->count < HELD_LIST_MAX)
			array_at(out->cls, out->count++) = class_of_mutex(m);
	}
}

/* ---- printing ---- */

static void to_log(struct str line)
{
	log_text(LOG_EMERG, line);
}

static void to_console(struct str line)
{
	console_write_last(str_bytes(line));
	console_write_last(str_bytes(STR("\r\n")));
}

/* The log cannot be used under its own locks. */
panic_line_fn held_report_sink(void)
{
	struct held_list held = {};
	held_locks(&held);
	for (u32 i = 0; i < held.count; i++) {
		struct str name = str_of_cstr(array_at(held.cls, i)->_name);
		if (str_equal(name, STR("log")) || str_equal(name, STR("console")) ||
		    str_equal(name, STR("timers")) || str_equal(name, STR("waitq")))
			return to_console;
	}
	return to_log;
}

void held_print(panic_line_fn out)
{
	struct held_list held = {};
	held_locks(&held);
	if (held.count == 0)
		REPORT_LINE(out, "  no lock is held");
	for (u32 i = 0; i < held.count; i++)
		REPORT_LINE(out, "  holds {}", str_of_cstr(array_at(held.cls, i)->_name));
}

static void print_place(panic_line_fn out, u64 ip)
{
	u8 buf[96] = {};
	if (ip != 0)
		REPORT_LINE(out, "    {}", report_place(ip, span_of(buf)));
}

void held_print_trace(panic_line_fn out, u64 fp)
{
	u64 ip = 0;
	for (u32 i = 0; i < 16 && arch_unwind(&fp, &ip); i++)
		print_place(out, ip);
}

static struct str name_of(u32 id)
{
	return array_at(dep.class, id).name;
}

static void print_edge(panic_line_fn out, u32 index)
{
	const struct dep_edge *e = &array_at(dep.edge, index);
	if (e->trace[0] == 0) {
		REPORT_LINE(out, "  {} -> {}: declared", name_of(e->from), name_of(e->to));
		return;
	}
	if (e->from != e->to)
		REPORT_LINE(out, "  {} -> {}, first at", name_of(e->from), name_of(e->to));
	else
		REPORT_LINE(out, "  {}, first at", name_of(e->from));
	for (u32 i = 0; i < TRACE_MAX; i++)
		print_place(out, array_at(e->trace, i));
}

/* ---- the graph ---- */

static u32 edge_between(u32 from, u32 to)
{
	for (u32 i = 0; i < dep.edge_count; i++) {
		const struct dep_edge *e = &array_at(dep.edge, i);
		if (e->from == from && e->to == to)
			return i;
	}
	return EDGE_MAX;
}

static bool leads_to(u32 from, u32 to)
{
	return (array_at(array_at(dep.class, from).after, to / 64) >> (to % 64) & 1) != 0;
}

/* fp 0: declared.  Returns the edge's index, EDGE_MAX when there is no room. */
static u32 keep_edge(u32 from, u32 to, u64 fp)
{
	if (dep.edge_count == EDGE_MAX)
		return EDGE_MAX;
	struct dep_edge *e = &array_at(dep.edge, dep.edge_count);
	*e = (struct dep_edge){ .from = (u16)from, .to = (u16)to };
	u64 ip = 0;
	for (u32 i = 0; i < TRACE_MAX && arch_unwind(&fp, &ip); i++)
		array_at(e->trace, i) = ip;
	return dep.edge_count++;
}

struct path {
	u32 from[CLASS_MAX]; /* the class before, plus 1; 0: not reached */
	u32 queue[CLASS_MAX];
};

/* Breadth first from start; true when goal was reached.  goal CLASS_MAX: everything. */
static bool reach(u32 start, u32 goal, struct path *p)
{
	u32 head = 0, tail = 0;
	*p = (struct path){};
	array_at(p->queue, tail++) = start;
	array_at(p->from, start) = start + 1;
	while (head < tail) {
		u32 at = array_at(p->queue, head++);
		if (at == goal)
			return true;
		for (u32 next = 0; next < dep.class_count; next++) {
			if (!leads_to(at, next) || array_at(p->from, next) != 0)
				continue;
			array_at(p->from, next) = at + 1;
			array_at(p->queue, tail++) = next;
		}
	}
	return false;
}

static struct path shared path; /* too large for a stack; under busy */

static void print_path(panic_line_fn out, u32 start, u32 goal)
{
	u32 steps[PATH_MAX] = {};
	u32 count = 0;
	for (u32 at = goal; count < PATH_MAX && at != start; at = array_at(path.from, at) - 1)
		array_at(steps, count++) = at;
	u32 before = start;
	while (count-- != 0) {
		u32 edge = edge_between(before, array_at(steps, count));
		if (edge != EDGE_MAX)
			print_edge(out, edge);
		before = array_at(steps, count);
	}
}

/* ---- findings ---- */

static void report_cycle(u32 from, u32 to, u32 edge)
{
	if (report_is_muted(STR("lockdep")))
		return;
	panic_line_fn out = held_report_sink();
	REPORT_LINE(out, "BUG: lockdep: {} is taken under {}, and elsewhere the other way round",
		    name_of(to), name_of(from));
	print_edge(out, edge);
	print_path(out, to, from);
	held_print(out);
	report_go_on();
}

static void report_nesting(u32 id, u64 fp)
{
	struct dep_class *c = &array_at(dep.class, id);
	if (c->nests)
		return;
	c->nests = true;
	if (report_is_muted(STR("lockdep")))
		return;
	panic_line_fn out = held_report_sink();
	REPORT_LINE(out, "BUG: lockdep: {} is taken while another {} is held", c->name, c->name);
	held_print_trace(out, fp);
	held_print(out);
	report_go_on();
}

static void report_irq(u32 handler, u32 other)
{
	const struct dep_class *a = &array_at(dep.class, handler), *b = &array_at(dep.class, other);
	if (report_is_muted(STR("lockdep")))
		return;
	panic_line_fn out = held_report_sink();
	REPORT_LINE(out, "BUG: lockdep: handlers take {}, and {} is held with interrupts on",
		    a->name, b->name);
	print_edge(out, a->irq_trace);
	print_path(out, handler, other);
	print_edge(out, b->on_trace);
	report_go_on();
}

/* After a change: no class of handlers leads to one that is held with interrupts on. */
static void check_irqs(void)
{
	for (u32 a = 0; a < dep.class_count; a++) {
		if (!array_at(dep.class, a).in_handler)
			continue;
		(void)reach(a, CLASS_MAX, &path);
		for (u32 b = 0; b < dep.class_count; b++) {
			struct dep_class *c = &array_at(dep.class, b);
			if (array_at(path.from, b) == 0 || !c->with_irqs_on || c->is_irq_reported)
				continue;
			c->is_irq_reported = true;
			report_irq(a, b);
		}
	}
}

static void add_edge(u32 from, u32 to, u64 fp)
{
	if (leads_to(from, to))
		return;
	bool is_cycle = reach(to, from, &path);
	u32 edge = keep_edge(from, to, fp);
	if (edge == EDGE_MAX)
		return;
	array_at(array_at(dep.class, from).after, to / 64) |= (u64)1 << (to % 64);
	if (is_cycle)
		report_cycle(from, to, edge);
	check_irqs();
}

/* ---- classes ---- */

static u32 class_by_name(struct str name)
{
	for (u32 i = 0; i < dep.class_count; i++) {
		if (str_equal(name_of(i), name))
			return i;
	}
	if (dep.class_count == CLASS_MAX)
		return CLASS_MAX;
	array_at(dep.class, dep.class_count).name = name;
	return dep.class_count++;
}

/* `AFTER(a), AFTER(b)` as it stands in the declaration. */
static void add_declared(u32 id, struct str order)
{
	for (;;) {
		usize open = str_find(order, '(', 0), close = str_find(order, ')', 0);
		if (close >= str_len(order) || open > close)
			return;
		u32 before = class_by_name(str_sub(order, open + 1, close - open - 1));
		if (before != CLASS_MAX)
			add_edge(before, id, 0);
		order = str_from(order, close + 1);
	}
}

static u32 hash_of(const struct lock_class *cls)
{
	UNSAFE("1. the address is hashed as a number")
	return (u32)((u64)cls >> 3) % KNOWN_MAX;
}

static u32 id_of(const struct lock_class *cls)
{
	u32 at = hash_of(cls);
	for (u32 i = 0; i < KNOWN_MAX; i++, at = (at + 1) % KNOWN_MAX) {
		struct known *k = &array_at(dep.known, at);
		if (k->cls == cls)
			return k->id;
		if (k->cls != nullptr)
			continue;
		k->id = class_by_name(str_of_cstr(cls->_name));
		k->cls = cls;
		if (k->id != CLASS_MAX) {
			array_at(dep.class, k->id).is_mutex = cls->_kind == LOCK_KIND_mutex ||
							      cls->_kind == LOCK_KIND_rwmutex;
			add_declared(k->id, str_of_cstr(cls->_order));
		}
		return k->id;
	}
	return CLASS_MAX;
}

/* ---- taking a lock ---- */

static void note_use(u32 id, bool irqs_are_on, u64 fp)
{
	struct dep_class *c = &array_at(dep.class, id);
	if (cpu_in_irq() && !c->in_handler) {
		c->in_handler = true;
		c->irq_trace = keep_edge(id, id, fp);
		check_irqs();
	}
	if (irqs_are_on && !cpu_in_irq() && !c->is_mutex && !c->with_irqs_on) {
		c->with_irqs_on = true;
		c->on_trace = keep_edge(id, id, fp);
		check_irqs();
	}
}

void lockdep_acquire(const struct lock_class *cls, enum lockdep_how how)
{
	u64 fp = address_of_(__builtin_frame_address(0));
	u64 flags = irq_save();
	if (panic_has_begun() || __atomic_exchange_n(&dep.busy, 1, __ATOMIC_ACQUIRE) != 0) {
		irq_restore(flags);
		return;
	}
	struct held_list held = {};
	held_locks(&held);
	u32 id = id_of(cls);
	if (id != CLASS_MAX) {
		note_use(id, how != LOCKDEP_LOOK && irq_flags_are_on(flags), fp);
		for (u32 i = 0; i < held.count; i++) {
			u32 under = id_of(array_at(held.cls, i));
			if (under == id && how != LOCKDEP_NESTED)
				report_nesting(id, fp);
			else if (under != id && under != CLASS_MAX)
				add_edge(under, id, fp);
		}
	}
	__atomic_store_n(&dep.busy, 0, __ATOMIC_RELEASE);
	irq_restore(flags);
}

/* ---- for tests ---- */

static bool begins_with(struct str s, struct str prefix)
{
	return str_len(s) >= str_len(prefix) && str_equal(str_sub(s, 0, str_len(prefix)), prefix);
}

/* Edges stay where they are, for the indices that others keep, but lead nowhere. */
static void forget_edges(u32 id)
{
	for (u32 i = 0; i < dep.edge_count; i++) {
		struct dep_edge *e = &array_at(dep.edge, i);
		if (e->from == id || e->to == id)
			*e = (struct dep_edge){ .from = CLASS_MAX, .to = CLASS_MAX };
	}
	for (u32 i = 0; i < dep.class_count; i++)
		array_at(array_at(dep.class, i).after, id / 64) &= ~((u64)1 << (id % 64));
	array_at(dep.class,
		 id) = (struct dep_class){ .name = name_of(id),
					   .is_mutex = array_at(dep.class, id).is_mutex };
}

void lockdep_forget(struct str prefix)
{
	u64 flags = irq_save();
	for (u32 i = 0; i < dep.class_count; i++) {
		if (begins_with(name_of(i), prefix))
			forget_edges(i);
	}
	for (u32 i = 0; i < KNOWN_MAX; i++) {
		const struct known *k = &array_at(dep.known, i);
		if (k->cls != nullptr && begins_with(str_of_cstr(k->cls->_name), prefix))
			add_declared(k->id, str_of_cstr(k->cls->_order));
	}
	irq_restore(flags);
}
