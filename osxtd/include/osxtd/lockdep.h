/* SPDX-License-Identifier: MPL-2.0 */
/*
 * lockdep - what debug builds are told when a lock is taken; nothing in other builds.
 *
 *   Context:  any.
 */
#pragma once
#include <osxtd/base.h>

struct lock_class;

enum lockdep_how : u32 {
	LOCKDEP_ONE,	/* the only one of its class */
	LOCKDEP_NESTED, /* others of the class may be held: somebody has thought about their order
			 */
	LOCKDEP_LOOK,	/* it is waited for, but not taken */
};

#ifdef OSXTD_DEBUG
/* The caller is about to take a lock of cls that it may have to wait for. */
OSXTD_API void lockdep_acquire(const struct lock_class *cls, enum lockdep_how how);
/* A handler runs on this CPU from here to leave, on top of what was interrupted at ip. */
void lockdep_irq_enter(u64 ip);
void lockdep_irq_leave(void);
#else
ALWAYS_INLINE void lockdep_acquire(const struct lock_class *cls, enum lockdep_how how)
{
	(void)cls;
	(void)how;
}
ALWAYS_INLINE void lockdep_irq_enter(u64 ip)
{
	(void)ip;
}
ALWAYS_INLINE void lockdep_irq_leave(void) {}
#endif
