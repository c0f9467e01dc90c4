// SPDX-License-Identifier: MPL-2.0
/* pool - see pool.h. */
#include "mm/pool.h"

#include <arch/random.h>
#include <arch/timer.h>
#include <osxtd/counts.h>
#include <osxtd/fault_inject.h>
#include <osxtd/log.h>

#include "debug/kasan.h"
#include "debug/kasan_pool.h"
#include "mm/frames.h"

/* Free elements bear marks. */
KASAN_OFF_BEGIN

LOCK_CLASS(meta, irq);

struct pool_cpu shared pool_cpus_none[CPU_MAX];
static struct pool *shared pools OWNER(pool_setup); /* grows by compare and exchange */

enum : u32 { SLAB_MAX_ORDER = 3, BATCH_MAX = 32 };
enum : u64 { POISON = 0xdfdfdfdfdfdfdfdf };

/* ---- memory for the lists of the CPUs ---- */

static struct meta_lock shared meta_lock_;
static struct span shared meta_left GUARDED(meta); /* of the present page: nobody's yet */

void *meta_alloc(usize len)
{
	len = (len + 63) & ~(usize)63;
	if (len > PAGE_SIZE)
		return nullptr;
	struct uframe *fresh = nullptr;
	for (;;) {
		{
			GUARD(meta, &meta_lock_);
			if (span_len(meta_left) < len && fresh != nullptr) {
				meta_left = frame_bytes(fresh, 0, PAGE_SIZE);
				fresh = nullptr;
			}
			if (span_len(meta_left) >= len) {
				u8 *at = meta_left._ptr;
				meta_left = span_from(meta_left, len);
				if (fresh != nullptr)
					frame_give(fresh, FRAME_META);
				return at;
			}
		}
		fresh = frame_take(FRAME_META);
		if (fresh == nullptr)
			return nullptr;
		page_zero(frame_va(fresh));
	}
}

/* ---- the pool's own list ---- */

static u64 pool_lock(struct pool *p)
{
	u64 flags = irq_save();
	u32 rounds = 0;
	while (__atomic_exchange_n(&p->_lock, 1, __ATOMIC_ACQUIRE) != 0)
		cpu_wait(&rounds);
	return flags;
}

static void pool_unlock(struct pool *p, u64 flags)
{
	__atomic_store_n(&p->_lock, 0, __ATOMIC_RELEASE);
	irq_restore(flags);
}

/*
 * O4: what links free elements is checked before it is followed: whoever writes to an element that
 * is free, and does not know the secret, breaks the check.  The rest of a free element is poison,
 * which as an address always faults.
 */
struct pool_link {
	void *next;
	u64 check;
};
static_assert(POOL_LINK + sizeof(struct pool_link) <= POOL_MIN);
static u64 shared secret OWNER(pool_init);

void pool_init(void)
{
	u64 v = 0;
	(void)arch_random(&v);
	secret = v ^ wrap_mul(arch_counter(), 0x9e3779b97f4a7c15);
}

UNSAFE("1. a free element has room for the link behind its header (POOL_MIN)")
ALWAYS_INLINE struct pool_link *link_of(void *element)
{
	return (struct pool_link *)(void *)((u8 *)element + POOL_LINK);
}
/* The cost is measured without them (osxdk bench --hardening). */
#ifdef WITHOUT_POOL_CHECKS
ALWAYS_INLINE void link_set(void *element, void *next)
{
	link_of(element)->next = next;
}
ALWAYS_INLINE bool link_follow(void *element, void **next)
{
	*next = link_of(element)->next;
	return true;
}
ALWAYS_INLINE void poison(const struct pool *, void *) {}
#else
ALWAYS_INLINE u64 link_check(const void *element, const void *next)
{
	return address_of_(element) ^ address_of_(next) ^ secret;
}
ALWAYS_INLINE void link_set(void *element, void *next)
{
	*link_of(element) = (struct pool_link){ next, link_check(element, next) };
}
/* False when somebody wrote to the element. */
ALWAYS_INLINE bool link_follow(void *element, void **next)
{
	const struct pool_link *l = link_of(element);
	*next = l->next;
	return likely(l->check == link_check(element, l->next));
}
UNSAFE("1. the element is nobody's and has the pool's size")
ALWAYS_INLINE void poison(const struct pool *p, void *element)
{
	words_fill((u8 *)element + POOL_MIN, POISON, (p->_stride - POOL_REDZONE - POOL_MIN) / 8);
}
#endif

[[noreturn]] static COLD void pool_corrupt(const struct pool *p)
{
	LOG(EMERG, "pool {}: an element that is free was written to", p->_name);
	panic("a free object was written to");
}

/* The list of one CPU. */
UNSAFE("1. pool_setup made one for each CPU; before it there are CPU_MAX empty ones")
ALWAYS_INLINE struct pool_cpu *list_of(const struct pool *p, u32 cpu)
{
	DEBUG_ASSERT(cpu < cpu_count());
	return &p->_cpus[cpu];
}

UNSAFE("1. the memory is zeroed, nobody's, and has the size of one list for each CPU")
static struct pool_cpu *lists_new(void)
{
	return (struct pool_cpu *)meta_alloc(sizeof(struct pool_cpu) * cpu_count());
}

/* Decides the layout and makes the CPUs' lists.  Two CPUs may both try: the first one wins. */
static bool pool_setup(struct pool *p)
{
	usize stride = max_of(p->_size, (usize)POOL_MIN);
	stride = ((stride + 15) & ~(usize)15) + POOL_REDZONE;
	u32 order = 0;
	while (order < SLAB_MAX_ORDER && (stride + POOL_SLAB_HEAD > PAGE_SIZE << order ||
					  (PAGE_SIZE << order) % stride > (PAGE_SIZE << order) / 8))
		order++;
	if (stride + POOL_SLAB_HEAD > PAGE_SIZE << order)
		panic("an object type is larger than a slab");
	struct pool_cpu *cpus = lists_new();
	if (cpus == nullptr)
		return false;
	u64 flags = pool_lock(p);
	if (p->_cpus == pool_cpus_none) {
		p->_stride = (u32)stride;
		p->_order = order;
		p->_batch = max_of(2u,
				   min_of((u32)BATCH_MAX, (u32)((PAGE_SIZE << order) / stride)));
		do
			p->_next = __atomic_load_n(&pools, __ATOMIC_RELAXED);
		while (!__atomic_compare_exchange_n(&pools, &p->_next, p, false, __ATOMIC_RELEASE,
						    __ATOMIC_RELAXED));
		__atomic_store_n(&p->_cpus, cpus, __ATOMIC_RELEASE);
	}
	pool_unlock(p, flags);
	return true;
}

static void *element_at(const struct pool *p, struct span slab, u64 i)
{
	return span_sub(slab, i * p->_stride, p->_stride)._ptr;
}

/* Adds one slab to the pool's list. */
static bool pool_grow(struct pool *p)
{
	u32 order = p->_order;
	struct uframe *f = order == 0 ? nullptr : frames_try_alloc(order, FRAME_SLAB);
	/* Fragmented memory: a smaller slab will do if an element fits. */
	while (f == nullptr && order > 0 && p->_stride + POOL_SLAB_HEAD <= PAGE_SIZE << (order - 1))
		f = --order == 0 ? nullptr : frames_try_alloc(order, FRAME_SLAB);
	if (f == nullptr)
		f = frames_alloc(order, FRAME_SLAB);
	if (f == nullptr)
		return false;
	words_zero(frame_va(f), (PAGE_SIZE << order) / 8);
	kasan_pool_slab(p, f, order);
	struct span slab = span_from(frame_block(f, order), POOL_SLAB_HEAD);
	u64 n = span_len(slab) / p->_stride;
	for (u64 i = 0; i + 1 < n; i++)
		link_set(element_at(p, slab, i), element_at(p, slab, i + 1));
	u64 flags = pool_lock(p);
	link_set(element_at(p, slab, n - 1), p->_free);
	p->_free = element_at(p, slab, 0);
	p->_free_count += n;
	p->_total += n;
	pool_unlock(p, flags);
	return true;
}

static void *take_shared(struct pool *p)
{
	u64 flags = pool_lock(p);
	void *e = p->_free;
	bool good = true;
	if (e != nullptr) {
		good = link_follow(e, &p->_free);
		p->_free_count--;
	}
	if (unlikely(!good)) { /* what stood behind it is lost */
		p->_free = nullptr;
		p->_free_count = 0;
	}
	pool_unlock(p, flags);
	if (unlikely(!good))
		pool_corrupt(p);
	return e;
}

static void give_shared(struct pool *p, void *e)
{
	u64 flags = pool_lock(p);
	link_set(e, p->_free);
	p->_free = e;
	p->_free_count++;
	pool_unlock(p, flags);
}

/* Ends the wait of all freed elements; true when there were any. */
static bool quarantine_to_shared(void)
{
	bool any = false;
#ifdef OSXTD_DEBUG
	struct pool *p = nullptr;
	void *e = nullptr;
	for (; quarantine_pop(true, &p, &e); any = true)
		give_shared(p, e);
#endif
	return any;
}

/* The CPU's list is empty, or must not be touched here. */
static NOINLINE void *pool_take_slow(struct pool *p)
{
	if (p->_cpus == pool_cpus_none && !pool_setup(p))
		return nullptr;
	for (;;) {
		void *e = take_shared(p);
		if (e == nullptr) {
			if (!pool_grow(p) && !quarantine_to_shared())
				return nullptr;
			continue;
		}
		struct pool_cpu *c = list_of(p, cpu_id());
		for (u32 i = 1; !cpu_in_irq() && i < p->_batch; i++) {
			void *more = take_shared(p);
			if (more == nullptr)
				break;
			link_set(more, c->_free);
			c->_free = more;
			c->_count++;
		}
		return e;
	}
}

/* Takes the first element, which is there, off this CPU's list. */
ALWAYS_INLINE void unlink_first(const struct pool *p, struct pool_cpu *c)
{
	if (unlikely(!link_follow(c->_free, &c->_free))) {
		*c = (struct pool_cpu){}; /* what stood behind it is lost */
		pool_corrupt(p);
	}
	c->_count--;
}

/* An element from this CPU's list; null: ask pool_take_slow. */
ALWAYS_INLINE void *take_quick(struct pool *p)
{
	struct pool_cpu *c = list_of(p, cpu_id());
	void *e = c->_free;
	if (unlikely(e == nullptr || cpu_in_irq()))
		return nullptr;
	unlink_first(p, c);
	return e;
}

static NOINLINE void pool_give_slow(struct pool *p, void *e)
{
	give_shared(p, e);
	struct pool_cpu *c = list_of(p, cpu_id());
	for (u32 i = 0; !cpu_in_irq() && i < p->_batch && c->_free != nullptr; i++) {
		void *more = c->_free;
		unlink_first(p, c);
		give_shared(p, more);
	}
}

ALWAYS_INLINE void give(struct pool *p, void *e)
{
	struct pool_cpu *c = list_of(p, cpu_id());
	if (unlikely(c->_count >= 2 * p->_batch || cpu_in_irq())) {
		pool_give_slow(p, e);
		return;
	}
	link_set(e, c->_free);
	c->_free = e;
	c->_count++;
}

/* Where an element goes that is free now: debug builds let it wait first. */
#ifdef OSXTD_DEBUG
static void retire(struct pool *p, void *e)
{
	quarantine_put(p, e);
	while (quarantine_pop(false, &p, &e))
		give(p, e);
}

void pool_flush_quarantine(void)
{
	struct pool *p = nullptr;
	void *e = nullptr;
	while (quarantine_pop(true, &p, &e))
		give(p, e);
}
#else
ALWAYS_INLINE void retire(struct pool *p, void *e)
{
	poison(p, e);
	give(p, e);
}
#endif

void *pool_take(struct pool *p)
{
	if (fault_inject(p->_size))
		return nullptr;
	void *e = take_quick(p);
	if (unlikely(e == nullptr))
		e = pool_take_slow(p);
	if (e != nullptr)
		kasan_pool_taken(p, e, CALLER_FRAME);
	return e;
}

void pool_give(struct pool *p, void *element)
{
	if (kasan_pool_given(p, element, CALLER_FRAME))
		retire(p, element);
}

u64 pool_live(const struct pool *p)
{
	u64 idle = p->_free_count;
	if (p->_cpus == pool_cpus_none)
		return 0;
	for (u32 cpu = 0; cpu < cpu_count(); cpu++)
		idle += list_of(p, cpu)->_count;
#ifdef OSXTD_DEBUG
	idle += p->_waiting;
#endif
	return p->_total - idle;
}

bool pool_counts(u32 i, struct pool_counts *out)
{
	const struct pool *p = __atomic_load_n(&pools, __ATOMIC_ACQUIRE);
	while (p != nullptr && i-- > 0)
		p = p->_next;
	if (p == nullptr)
		return false;
	*out = (struct pool_counts){
		.name = str_of_cstr(p->_name),
		.size = p->_size,
		.live = pool_live(p),
		.all = p->_total,
		.per_slab = (u32)(((PAGE_SIZE << p->_order) - POOL_SLAB_HEAD) / p->_stride),
		.slab_pages = 1u << p->_order,
	};
#ifdef OSXTD_DEBUG
	out->references = __atomic_load_n(&p->_references, __ATOMIC_RELAXED);
#endif
	return true;
}

/* ---- objects ---- */

UNSAFE("1. elements of a type's pool begin with an object header, also while they are free")
ALWAYS_INLINE struct object *as_object(void *element)
{
	return (struct object *)element;
}

/* Zeroes what stands behind the header. */
UNSAFE("1. the element is nobody's and has room for the type")
ALWAYS_INLINE void clear_body(const struct object_type *type, struct object *o)
{
	words_zero((u8 *)o + sizeof(struct object), (type->_size - sizeof(struct object) + 7) / 8);
}

/* O1: the claim check: a free object has no count. */
ALWAYS_INLINE void object_begin(const struct object_type *type, struct object *o,
				struct object **out)
{
	ASSERT(o->_refs._v == 0);
	clear_body(type, o);
	o->_type = type;
	/* Release: an upgrade that sees the count sees the new generation too. */
	__atomic_store_n(&o->_refs._v, 1, __ATOMIC_RELEASE);
	object_count_(o, 1);
	*out = o;
}

static NOINLINE err_t object_alloc_slow(const struct object_type *type, struct object **out)
{
	struct object *o = as_object(pool_take_slow(type->_pool));
	if (o == nullptr)
		return ERR_NOMEM;
	kasan_pool_taken(type->_pool, o, CALLER_FRAME);
	object_begin(type, o, out);
	return OK;
}

err_t object_alloc(const struct object_type *type, struct object **out)
{
	if (fault_inject(type->_size))
		return ERR_NOMEM;
	struct object *o = as_object(take_quick(type->_pool));
	if (unlikely(o == nullptr))
		return object_alloc_slow(type, out);
	kasan_pool_taken(type->_pool, o, CALLER_FRAME);
	object_begin(type, o, out);
	return OK;
}

/* O1: the last count is gone, so the fini chain is the only user; each fini gets an object of its
 * type. */
void object_release(struct object *o)
{
	const struct object_type *type = o->_type;
	for (const struct object_type *t = type; t != nullptr; t = t->_base)
		t->_fini(o);
	o->_generation = wrap_add(o->_generation, 1u);
	if (kasan_pool_given(type->_pool, o, CALLER_FRAME))
		retire(type->_pool, o);
}

bool object_upgrade(struct object *o, u32 generation)
{
	u32 refs = __atomic_load_n(&o->_refs._v, __ATOMIC_RELAXED);
	do {
		/* Saturated objects live for ever: their count does not matter, but they are not
		 * dead. */
		if (refs == 0)
			return false;
	} while (!atomic_u32_cas(&o->_refs, &refs, refs < OBJECT_SATURATED ? refs + 1 : refs));
	object_count_(o, 1);
	if (likely(__atomic_load_n(&o->_generation, __ATOMIC_RELAXED) == generation))
		return true;
	object_put_(o);
	return false;
}

KASAN_OFF_END
