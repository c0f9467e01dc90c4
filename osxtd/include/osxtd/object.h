/* SPDX-License-Identifier: MPL-2.0 */
/*
 * object - counted objects, their reference types and their type-stable pools.
 *
 * A counted struct begins with `struct object object;`, or with a base struct that does (a
 * subtype: `struct pipe_file { struct file file; ... }`).  Its memory comes from the pool of its
 * type and is only ever reused for that type, so that a weak reference can look at it safely.
 *
 *   In the header:  struct pipe; REF_TYPE(pipe);           struct pipe_file; SUBTYPE(pipe_file,
 * file); In one .c:      OBJECT_TYPE(pipe, pipe_fini);          OBJECT_SUBTYPE(pipe_file, file,
 * pipe_file_fini); A base struct that is never allocated itself:          OBJECT_BASE(file,
 * file_fini);
 *
 * T_alloc hands out zeroed memory with one reference.  When the last reference goes, the fini of
 * the subtype runs, then that of its base; each drops the references its own fields hold.
 *
 *   Lifetime:  T_ref owns one count; T_get borrows; T_move hands over; T_clone takes one more;
 *              SCOPED_REF drops at the end of its scope.  Counts saturate: an overflow leaks the
 * object. Context:   any context that may take the object's own locks in fini; alloc may not sleep.
 *   Keeps:     soundness invariants O1 (one owner count per ref) and O2 (type-stable memory).
 */
#pragma once
#include <osxtd/atomic.h>
#include <osxtd/base.h>
#include <osxtd/span.h>

#define AFFINE	AUDIT_NOTE("affine")
#define BORROWS AUDIT_NOTE("borrows")

struct object;
struct pool;

struct object_type {
	const char *_name;
	usize _size;
	void (*_fini)(struct object *o);
	const struct object_type *_base;
	struct pool *_pool; /* null for a base that is never allocated itself */
};

struct object {
	struct atomic_u32 _refs;
	u32 _generation; /* grows each time the memory is freed; weak references compare it */
	const struct object_type *_type;
};

/*
 * One slab cache.  Each CPU keeps free elements of its own; the rest is under the pool's lock.
 * Filled by osxtd on first use.  Memory of a pool is never used for anything else again (O2).
 */
struct pool_cpu {
	void *_free; /* free elements, linked behind the object header */
	u32 _count;
} __attribute__((aligned(64)));
struct pool {
	usize _size;
	struct pool_cpu *_cpus;
	const char *_name;
	u32 _lock;
	u32 _stride; /* _size rounded up; 0 before the first use */
	u32 _order;  /* pages per slab, as a power of two */
	u32 _batch;  /* elements that move between a CPU and the pool at a time */
	void *_free;
	u64 _free_count, _total;
	struct pool *_next; /* all pools that were ever used, for reports */
#ifdef OSXTD_DEBUG
	u64 _waiting; /* elements in the quarantine */
	u64 _references;
#endif
};
/* Stands for the CPUs' lists of a pool that was never used: all empty. */
OSXTD_API extern struct pool_cpu shared pool_cpus_none[];

OSXTD_API err_t object_alloc(const struct object_type *type, struct object **out);
OSXTD_API void object_release(struct object *o) NOINLINE;
OSXTD_API bool object_upgrade(struct object *o, u32 generation);
[[noreturn]] OSXTD_API void object_bad_downcast(const struct object *o,
						const struct object_type *want) COLD;

enum : u32 { OBJECT_SATURATED = 0xc0000000u };

/* Debug builds count the references to the objects of each pool, for leak accounting. */
ALWAYS_INLINE void object_count_(const struct object *o, i64 by)
{
#ifdef OSXTD_DEBUG
	__atomic_fetch_add(&o->_type->_pool->_references, (u64)by, __ATOMIC_RELAXED);
#else
	(void)o;
	(void)by;
#endif
}
ALWAYS_INLINE void object_get_(struct object *o)
{
	u32 before = __atomic_fetch_add(&o->_refs._v, 1, __ATOMIC_RELAXED);
	/* O1: a dead or saturated object never gains a reference. */
	ASSERT(before != 0);
	if (unlikely(before >= OBJECT_SATURATED))
		__atomic_store_n(&o->_refs._v, OBJECT_SATURATED, __ATOMIC_RELAXED);
	object_count_(o, 1);
}
ALWAYS_INLINE void object_put_(struct object *o)
{
	object_count_(o, -1);
	u32 before = __atomic_fetch_sub(&o->_refs._v, 1, __ATOMIC_ACQ_REL);
	if (before == 1)
		object_release(o);
	else if (unlikely(before - 1 >= OBJECT_SATURATED - 1))
		__atomic_store_n(&o->_refs._v, OBJECT_SATURATED, __ATOMIC_RELAXED);
}
/* How many references exist now; stale at once unless the caller owns the only one. */
ALWAYS_INLINE u32 object_refs(const struct object *o)
{
	return __atomic_load_n(&o->_refs._v, __ATOMIC_ACQUIRE);
}

/* The header at the start of a counted struct. */
ALWAYS_INLINE struct object *object_of_(void *counted)
{
	UNSAFE("1. the macros below pass pointers to counted structs only; 2. those begin with "
	       "their "
	       "header, "
	       "which OBJECT_TYPE, OBJECT_BASE and OBJECT_SUBTYPE assert")
	return (struct object *)counted;
}
ALWAYS_INLINE const struct object *object_header_(const void *counted)
{
	UNSAFE("1. as object_of_; 2. the header is only read")
	return (const struct object *)counted;
}

#define REF_TYPE(T)                                                                                \
	struct AFFINE T##_ref {                                                                    \
		struct T *_p;                                                                      \
	};                                                                                         \
	ALWAYS_INLINE bool T##_is_null(const struct T##_ref *r)                                    \
	{                                                                                          \
		return r->_p == nullptr;                                                           \
	}                                                                                          \
	/* Borrows what r holds; traps when r is empty. */                                         \
	BORROWS ALWAYS_INLINE struct T *T##_get(const struct T##_ref *r)                           \
	{                                                                                          \
		ASSERT(r->_p != nullptr);                                                          \
		return r->_p;                                                                      \
	}                                                                                          \
	/* Like T_get, or null when r is empty. */                                                 \
	BORROWS ALWAYS_INLINE struct T *T##_get_or_null(const struct T##_ref *r)                   \
	{                                                                                          \
		return r->_p;                                                                      \
	}                                                                                          \
	ALWAYS_INLINE struct T##_ref T##_move(struct T##_ref *r)                                   \
	{                                                                                          \
		struct T##_ref moved = { r->_p };                                                  \
		r->_p = nullptr;                                                                   \
		return moved;                                                                      \
	}                                                                                          \
	/* One more reference to a live, borrowed object. */                                       \
	ALWAYS_INLINE struct T##_ref T##_clone(struct T *p)                                        \
	{                                                                                          \
		object_get_(object_of_(p));                                                        \
		return (struct T##_ref){ p };                                                      \
	}                                                                                          \
	ALWAYS_INLINE struct T##_ref T##_clone_or_null(struct T *p)                                \
	{                                                                                          \
		if (p != nullptr)                                                                  \
			object_get_(object_of_(p));                                                \
		return (struct T##_ref){ p };                                                      \
	}                                                                                          \
	ALWAYS_INLINE void T##_drop(struct T##_ref *r)                                             \
	{                                                                                          \
		struct T *p = r->_p;                                                               \
		r->_p = nullptr;                                                                   \
		if (p != nullptr)                                                                  \
			object_put_(object_of_(p));                                                \
	}                                                                                          \
	/* Drops what *field held and stores r there. */                                           \
	ALWAYS_INLINE void T##_replace(struct T##_ref *field, struct T##_ref r)                    \
	{                                                                                          \
		struct T##_ref old = { field->_p };                                                \
		field->_p = r._p;                                                                  \
		T##_drop(&old);                                                                    \
	}                                                                                          \
	/* A weak reference: does not keep T alive. */                                             \
	struct T##_weak {                                                                          \
		struct T *_p;                                                                      \
		u32 _generation;                                                                   \
	};                                                                                         \
	ALWAYS_INLINE struct T##_weak T##_weaken(struct T *p)                                      \
	{                                                                                          \
		return (struct T##_weak){ p, object_of_(p)->_generation };                         \
	}                                                                                          \
	/* A strong reference again, or false when the object is gone. */                          \
	[[nodiscard]] ALWAYS_INLINE bool T##_upgrade(struct T##_weak w, struct T##_ref *out)       \
	{                                                                                          \
		if (w._p == nullptr || !object_upgrade(object_of_(w._p), w._generation))           \
			return false;                                                              \
		*out = (struct T##_ref){ w._p };                                                   \
		return true;                                                                       \
	}                                                                                          \
	static_assert(true)

#define SCOPED_REF(T, name) struct T##_ref name CLEANUP(T##_drop) = {}

#define OBJECT_TYPE_(T, base_, fini_fn, linkage)                                                   \
	static_assert(sizeof(struct T) >= sizeof(struct object) + sizeof(void *));                 \
	static void T##_fini_thunk_(struct object *o)                                              \
	{                                                                                          \
		UNSAFE("1. a type's fini is called for objects of that type only")                 \
		{                                                                                  \
			fini_fn((struct T *)o);                                                    \
		}                                                                                  \
	}                                                                                          \
	static struct pool shared T##_pool_ = { ._size = sizeof(struct T),                         \
						._cpus = pool_cpus_none,                           \
						._name = #T };                                     \
	linkage const struct object_type T##_type_ = { ._name = #T,                                \
						       ._size = sizeof(struct T),                  \
						       ._fini = T##_fini_thunk_,                   \
						       ._base = base_,                             \
						       ._pool = &T##_pool_ }

/* Defines T_alloc (static).  void fini_fn(struct T *) drops what the fields hold. */
#define OBJECT_TYPE(T, fini_fn)                                                                    \
	static_assert(offsetof(struct T, object) == 0);                                            \
	OBJECT_TYPE_(T, nullptr, fini_fn, static);                                                 \
	[[maybe_unused]] static inline err_t T##_alloc(struct T##_ref *out)                        \
	{                                                                                          \
		UNSAFE("1. object_alloc makes objects of the type that it is given")               \
		return object_alloc(&T##_type_, (struct object **)&out->_p);                       \
	}                                                                                          \
	static_assert(true)

/* A base that only subtypes allocate.  fini_fn drops what the base's own fields hold. */
#define OBJECT_BASE(T, fini_fn)                                                                    \
	static_assert(offsetof(struct T, object) == 0);                                            \
	static void T##_fini_thunk_(struct object *o)                                              \
	{                                                                                          \
		UNSAFE("1. a type's fini is called for objects of that type only")                 \
		{                                                                                  \
			fini_fn((struct T *)o);                                                    \
		}                                                                                  \
	}                                                                                          \
	const struct object_type T##_type_ = { ._name = #T, ._fini = T##_fini_thunk_ }

/* Declares S as a subtype of base B: S_is, S_of (traps on another type). */
#define SUBTYPE(S, B)                                                                              \
	extern const struct object_type S##_type_;                                                 \
	ALWAYS_INLINE bool S##_is(const struct B *b)                                               \
	{                                                                                          \
		return object_header_(b)->_type == &S##_type_;                                     \
	}                                                                                          \
	ALWAYS_INLINE struct S *S##_of(struct B *b)                                                \
	{                                                                                          \
		if (unlikely(object_header_(b)->_type != &S##_type_))                              \
			object_bad_downcast(object_header_(b), &S##_type_);                        \
		UNSAFE("1. the type of *b was compared above")                                     \
		return (struct S *)b;                                                              \
	}                                                                                          \
	static_assert(true)

/* Defines the subtype S, whose first member is `struct B B;`, and S_alloc, which makes a B_ref. */
#define OBJECT_SUBTYPE(S, B, fini_fn)                                                              \
	static_assert(offsetof(struct S, B) == 0);                                                 \
	extern const struct object_type B##_type_;                                                 \
	OBJECT_TYPE_(S, &B##_type_, fini_fn, );                                                    \
	[[maybe_unused]] static inline err_t S##_alloc(struct B##_ref *out)                        \
	{                                                                                          \
		UNSAFE("1. object_alloc makes an S, which begins with its B")                      \
		return object_alloc(&S##_type_, (struct object **)&out->_p);                       \
	}                                                                                          \
	static_assert(true)
