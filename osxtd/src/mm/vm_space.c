// SPDX-License-Identifier: MPL-2.0
/* vm_space - making, loading and ending address spaces, and fork. */
#include "core/smp.h"
#include "mm/stack.h"
#include "mm/vm.h"

/* The bases of the kernel's own types: what their fini leaves, these end. */
static void region_end(struct region *r)
{
	ASSERT(r->_next == nullptr);
}
OBJECT_BASE(region, region_end);
OBJECT_BASE(vmspace, vmspace_fini);

err_t vmspace_init(struct vmspace *s, const struct vmspace_ops *ops)
{
	struct uframe *root = nullptr;
	TRY(table_take_root(s, &root));
	s->ops = ops;
	s->_root = frame_paddr(root);
	atomic_u64_store(&s->_tables, 1);
	return OK;
}

/* Every top table maps the kernel; a space is loaded on a CPU only while its _cpus says so, and
 * lives as long (fini). */
void vmspace_activate(struct vmspace *s)
{
	u64 loaded = root_loaded();
	/* A kernel task runs in whatever space is loaded: it touches no user memory. */
	if (s == nullptr || s->_root == loaded)
		return;
	u64 self = 1ull << (cpu_id() % CPU_MAX);
	atomic_u64_or(&s->_cpus, self);
	root_load(s->_root);
	if (CPU_REMEMBERS_CODE && unlikely((atomic_u64_load(&s->_stale) & self) != 0)) {
		(void)atomic_u64_and(&s->_stale, ~self);
		cpu_sync_code();
	}
	if (loaded != paging_kernel_root())
		atomic_u64_and(&frame_of(loaded)->owner->_cpus, ~self);
}

/* Those that run s now do it at once, others when they load it. */
void vm_sync_others(struct vmspace *s)
{
	(void)atomic_u64_or(&s->_stale, ~(1ull << (cpu_id() % CPU_MAX)));
	u64 others = vm_other_cpus(s);
	if (others != 0)
		arch_code_sync_others(others);
}

/* On each CPU that may have the space of this root loaded still, for a kernel task's or its own
 * idling. */
static void leave(const void *arg)
{
	UNSAFE("1. vmspace_fini waits until this has returned")
	const struct vmspace *s = (const struct vmspace *)arg;
	if (root_loaded() == s->_root)
		root_load(paging_kernel_root());
}

/* ---- end ---- */

/* Drops the frames and marks of a leaf that nobody can reach any more.
 * The space has no user left: no lock, no flush.  V1, M3: entries, bits and runs go with their
 * counts. */
static void leaf_end(struct uframe *t)
{
	struct vm_info *in = t->info;
	for (u32 w = 0; w < array_len(in->held); w++) {
		u64 word = array_at(in->held, w);
		array_at(in->held, w) = 0;
		for (; word != 0; word &= word - 1) {
			u32 k = w * 64 + (u32)__builtin_ctzll(word);
			u64 *entry = table_entry(t, k);
			struct uframe *f = frame_of(pte_paddr(*entry));
			*entry = 0;
			/* The only count is ours: nobody can take another. */
			if (__atomic_load_n(&f->refs, __ATOMIC_ACQUIRE) == 1)
				f->refs = 0;
			else if (!frame_unref(f))
				continue;
			frame_give(f, FRAME_UNTYPED);
		}
	}
}

/* The marks of a table whose entries are gone, and the table. */
static void table_end(struct uframe *t)
{
	struct vm_info *in = t->info;
	for (u32 i = in->run_count; i-- > 0;)
		object_put_(&run_at(in, i)->region->object);
	in->run_count = 0;
	table_give(t);
}

/* Takes the link at entry k out of t and returns the table it led to. */
static struct uframe *unlink_child(struct uframe *t, u32 k)
{
	u64 *entry = table_entry(t, k);
	struct uframe *child = table_child(*entry);
	*entry = 0;
	held_clear(t->info, k);
	return child;
}

static void directory_end(struct uframe *t)
{
	for (u32 k = held_next(t->info, 0, PT_ENTRIES); k < PT_ENTRIES;
	     k = held_next(t->info, k + 1, PT_ENTRIES)) {
		struct uframe *leaf = unlink_child(t, k);
		leaf_end(leaf);
		table_end(leaf);
	}
	table_end(t);
}

static void upper_end(struct uframe *t)
{
	for (u32 k = held_next(t->info, 0, PT_ENTRIES); k < PT_ENTRIES;
	     k = held_next(t->info, k + 1, PT_ENTRIES))
		directory_end(unlink_child(t, k));
	table_end(t);
}

/* What entry k of the top table led to. */
static void half_end(struct uframe *t)
{
	static_assert(PT_LEVELS_MAX == 4);
	if (PT_LEVELS == PT_LEVELS_MAX)
		upper_end(t);
	else
		directory_end(t);
}

/* Nobody runs in the space, so no CPU walks the tables.  M3: each table is empty when it is given
 * back. */
void vmspace_fini(struct vmspace *s)
{
	if (s->_root == 0)
		return;
	leave(s);
	if (vm_is_shared())
		cpu_call_others(atomic_u64_load_acquire(&s->_cpus), leave, s);
	struct uframe *t = frame_of(s->_root);
	for (u32 k = held_next(t->info, 0, PT_USER_ROOT_ENTRIES); k < PT_USER_ROOT_ENTRIES;
	     k = held_next(t->info, k + 1, PT_USER_ROOT_ENTRIES))
		half_end(unlink_child(t, k));
	for (u32 i = t->info->run_count; i-- > 0;)
		object_put_(&run_at(t->info, i)->region->object);
	t->info->run_count = 0;
	table_give_root(t);
	s->_root = 0;
}

/* ---- fork ---- */

struct fork {
	struct vmspace *child;
	u64 mapped, marked, tables;
	bool protected_any;
};

/* Shares the frames of entries first … end-1 of a leaf, write-protected on both sides if the region
 * is private.
 * V1: one more count per entry that is copied.  The parent's leaf is locked, the child is nobody's
 * yet. */
static void fork_frames(struct uframe *from, struct uframe *to, const struct vm_run *run,
			struct fork *f)
{
	struct vm_info *in = from->info;
	bool private = run->region->fork == REGION_COPY;
	u64 mapped = 0;
	bool protected_any = false;
	for (u32 w = run->first / 64u; w * 64 < run->end; w++) {
		u64 word = held_word(in, w, run->first, run->end);
		array_at(to->info->held, w % 8) |= word;
		for (; word != 0; word &= word - 1) {
			u32 k = w * 64 + (u32)__builtin_ctzll(word);
			u64 pte = *table_entry(from, k);
			if (private && pte_is_writable(pte)) {
				pte = pte_write_protect(pte);
				*table_entry(from, k) = pte;
				protected_any = true;
			}
			frame_ref(frame_of(pte_paddr(pte)));
			*table_entry(to, k) = pte;
			mapped++;
		}
	}
	f->mapped += mapped;
	f->protected_any = f->protected_any || protected_any;
}

/* Copies the marks of one table, and the frames if it is a leaf, by each region's rule. */
static err_t fork_table(struct uframe *from, struct uframe *to, struct fork *f)
{
	struct vm_info *in = from->info;
	TRY(runs_room(to, in->run_count));
	struct vm_info *out = to->info;
	for (u32 at = 0; at < in->run_count; at++) {
		const struct vm_run *run = run_at(in, at);
		if (run->region->fork == REGION_DROP)
			continue;
		object_get_(&run->region->object);
		*run_at(out, out->run_count++) = *run;
		f->marked += vm_pages((u64)run->end - run->first, from->level);
		if (from->level == 1 && run->region->fork != REGION_WIPE)
			fork_frames(from, to, run, f);
	}
	return OK;
}

/* Makes the copy of the table that entry k of `from` leads to and links it at the same place of
 * `to`.
 * The child space is nobody's yet.  M2: the link and its bit appear together. */
static err_t fork_child(struct fork *f, const struct uframe *from, struct uframe *to, u32 k,
			struct uframe **out)
{
	struct uframe *t = table_take(to->level - 1u, f->child);
	if (unlikely(t == nullptr))
		return ERR_NOMEM;
	*table_entry(to, k) = pte_link(frame_paddr(t));
	held_set(to->info, k);
	f->tables++;
	*out = t;
	return fork_table(table_child(*table_entry(from, k)), t, f);
}

static err_t fork_leaves(struct fork *f, const struct uframe *from, struct uframe *to)
{
	const struct vm_info *in = from->info;
	struct uframe *t = nullptr;
	for (u32 k = held_next(in, 0, PT_ENTRIES); k < PT_ENTRIES;
	     k = held_next(in, k + 1, PT_ENTRIES))
		TRY(fork_child(f, from, to, k, &t));
	return OK;
}

static err_t fork_directories(struct fork *f, const struct uframe *from, struct uframe *to)
{
	const struct vm_info *in = from->info;
	struct uframe *t = nullptr;
	for (u32 k = held_next(in, 0, PT_ENTRIES); k < PT_ENTRIES;
	     k = held_next(in, k + 1, PT_ENTRIES)) {
		TRY(fork_child(f, from, to, k, &t));
		TRY(fork_leaves(f, table_child(*table_entry(from, k)), t));
	}
	return OK;
}

/* The tables below those that the top table leads to. */
static err_t fork_below(struct fork *f, const struct uframe *from, struct uframe *to)
{
	static_assert(PT_LEVELS_MAX == 4);
	return PT_LEVELS == PT_LEVELS_MAX ? fork_directories(f, from, to)
					  : fork_leaves(f, from, to);
}

static err_t fork_root(struct fork *f, struct uframe *from, struct uframe *to)
{
	const struct vm_info *in = from->info;
	struct uframe *t = nullptr;
	TRY(fork_table(from, to, f));
	for (u32 k = held_next(in, 0, PT_USER_ROOT_ENTRIES); k < PT_USER_ROOT_ENTRIES;
	     k = held_next(in, k + 1, PT_USER_ROOT_ENTRIES)) {
		TRY(fork_child(f, from, to, k, &t));
		TRY(fork_below(f, table_child(*table_entry(from, k)), t));
	}
	return OK;
}

err_t vmspace_fork(struct vmspace *parent, struct vmspace *child)
{
	/* Everything that can be foreseen is allocated while no lock is held; the rest may still
	 * fail. */
	TRY(table_reserve((u32)atomic_u64_load(&parent->_tables) + TABLE_RESERVE));
	SCOPED_CURSOR(c);
	TRY(vmspace_lock(parent, 0, VMSPACE_HIGH, &c));
	struct fork f = { .child = child };
	err_t err = fork_root(&f, c._table, frame_of(child->_root));
	atomic_u64_add(&child->_mapped, f.mapped);
	atomic_u64_add(&child->_marked, f.marked);
	atomic_u64_add(&child->_tables, f.tables);
	if (f.protected_any) {
		c._flush_start = 0;
		c._flush_end = VMSPACE_HIGH;
	}
	return err;
}
