/* SPDX-License-Identifier: MPL-2.0 */
/* held - from what a context holds to the classes of it. */
#pragma once
#include <osxtd/lock.h>

/* The lock of step i of this CPU's preemption count; null: it was raised without one. */
UNSAFE("1. what preempt_held says was given by spin_raw_lock and is held, so it lives")
static inline struct spin_raw *held_spinlock(u32 i)
{
	return (struct spin_raw *)preempt_held(i);
}
static inline const struct lock_class *class_of_spinlock(const struct spin_raw *l)
{
	return lock_class_of(l->_word);
}
static inline const struct lock_class *class_of_mutex(const struct mutex_raw *m)
{
	return lock_class_of(m->_held & ~(u32)MUTEX_SLEEPERS);
}
