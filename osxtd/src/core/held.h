/* SPDX-License-Identifier: MPL-2.0 */
/* held - from what a context holds to the classes of it. */
#pragma once
#include <osxtd/lock.h>

/* The lock of step i of this CPU's preemption count: a spin_raw, or what begins with the word of
 * one; null: the count was raised without one. */
UNSAFE("1. what preempt_held says was given by a lock of osxtd/lock.h and is held, so it lives; 2. "
       "each of them begins as a spin_raw does")
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
	return lock_class_of(m->_held & ~(u32)MUTEX_FLAGS);
}
/* Releases what the current context took last, whatever kind of lock it is. */
void held_release_spinlock(struct spin_raw *l);
void held_release_mutex(struct mutex_raw *m);
