/* SPDX-License-Identifier: MPL-2.0 */
/*
 * lockdep - what debug builds are told when a lock is taken; nothing in other builds.
 *
 *   Context:  any.
 */
#pragma once
#include <osxtd/base.h>

struct lock_class;

#ifdef OSXTD_DEBUG
/* The caller is about to take a lock of cls that it may have to wait for.  Another one of the same
 * class may be held only if is_nested: somebody has thought about their order. */
OSXTD_API void lockdep_acquire(const struct lock_class *cls, bool is_nested);
/* A handler runs on this CPU from here to leave, on top of what was interrupted at ip. */
void lockdep_irq_enter(u64 ip);
void lockdep_irq_leave(void);
#else
ALWAYS_INLINE void lockdep_acquire(const struct lock_class *cls, bool is_nested)
{
	(void)cls;
	(void)is_nested;
}
ALWAYS_INLINE void lockdep_irq_enter(u64 ip)
{
	(void)ip;
}
ALWAYS_INLINE void lockdep_irq_leave(void) {}
#endif
