/* SPDX-License-Identifier: MPL-2.0 */
/*
 * atomic - integers that several CPUs touch without a lock, each operation naming its ordering.
 *
 *   Context:  any.
 *   Spec:     C23 7.17 memory orders: relaxed, acquire, release, acq_rel.
 */
#pragma once
#include <osxtd/base.h>

/* The first value of an atomic variable. */
#define ATOMIC_INIT(v) { ._v = (v) }

#define ATOMIC_TYPE(name, T)                                                                       \
	struct name {                                                                              \
		T _v;                                                                              \
	};                                                                                         \
	ALWAYS_INLINE T name##_load(const struct name *a)                                          \
	{                                                                                          \
		return __atomic_load_n(&a->_v, __ATOMIC_RELAXED);                                  \
	}                                                                                          \
	ALWAYS_INLINE T name##_load_acquire(const struct name *a)                                  \
	{                                                                                          \
		return __atomic_load_n(&a->_v, __ATOMIC_ACQUIRE);                                  \
	}                                                                                          \
	ALWAYS_INLINE void name##_store(struct name *a, T v)                                       \
	{                                                                                          \
		__atomic_store_n(&a->_v, v, __ATOMIC_RELAXED);                                     \
	}                                                                                          \
	ALWAYS_INLINE void name##_store_release(struct name *a, T v)                               \
	{                                                                                          \
		__atomic_store_n(&a->_v, v, __ATOMIC_RELEASE);                                     \
	}                                                                                          \
	/* Each returns the value before. */                                                       \
	ALWAYS_INLINE T name##_add(struct name *a, T v)                                            \
	{                                                                                          \
		return __atomic_fetch_add(&a->_v, v, __ATOMIC_ACQ_REL);                            \
	}                                                                                          \
	ALWAYS_INLINE T name##_sub(struct name *a, T v)                                            \
	{                                                                                          \
		return __atomic_fetch_sub(&a->_v, v, __ATOMIC_ACQ_REL);                            \
	}                                                                                          \
	ALWAYS_INLINE T name##_or(struct name *a, T v)                                             \
	{                                                                                          \
		return __atomic_fetch_or(&a->_v, v, __ATOMIC_ACQ_REL);                             \
	}                                                                                          \
	ALWAYS_INLINE T name##_and(struct name *a, T v)                                            \
	{                                                                                          \
		return __atomic_fetch_and(&a->_v, v, __ATOMIC_ACQ_REL);                            \
	}                                                                                          \
	ALWAYS_INLINE T name##_swap(struct name *a, T v)                                           \
	{                                                                                          \
		return __atomic_exchange_n(&a->_v, v, __ATOMIC_ACQ_REL);                           \
	}                                                                                          \
	/* For the only writer: readers see each value whole, and no instruction is locked. */     \
	ALWAYS_INLINE void name##_add_own(struct name *a, T v)                                     \
	{                                                                                          \
		name##_store(a, name##_load(a) + v);                                               \
	}                                                                                          \
	/* true and stored when *a was *expected; else *expected = what it was. */                 \
	ALWAYS_INLINE bool name##_cas(struct name *a, T *expected, T v)                            \
	{                                                                                          \
		return __atomic_compare_exchange_n(&a->_v, expected, v, false, __ATOMIC_ACQ_REL,   \
						   __ATOMIC_ACQUIRE);                              \
	}                                                                                          \
	static_assert(true)

ATOMIC_TYPE(atomic_u32, u32);
ATOMIC_TYPE(atomic_i32, i32);
ATOMIC_TYPE(atomic_u64, u64);
ATOMIC_TYPE(atomic_i64, i64);
