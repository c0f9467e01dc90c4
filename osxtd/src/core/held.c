/* SPDX-License-Identifier: MPL-2.0 */
/* held - see held.h. */
#include "core/held.h"

static_assert(offsetof(struct rw_raw, _word) == 0 && offsetof(struct seq_raw, _spin) == 0 &&
	      offsetof(struct rwmutex_raw, _m) == 0 &&
	      offsetof(struct rwmutex_reader, _proxy) == 0);

/* A writer is alone: without its mark this is a reader. */
static void release_rw(struct rw_raw *l)
{
	struct rw_reader reader = { l };
	if ((__atomic_load_n(&l->_state, __ATOMIC_RELAXED) & RW_WRITER) != 0)
		rw_raw_unlock(l);
	else
		rw_raw_read_unlock(&reader);
}

void held_release_spinlock(struct spin_raw *l)
{
	UNSAFE("1. the class says of which kind the lock is that begins here")
	switch (class_of_spinlock(l)->_kind) {
	case LOCK_KIND_rw:
		release_rw((struct rw_raw *)(void *)l);
		break;
	case LOCK_KIND_seq:
		seq_raw_unlock((struct seq_raw *)(void *)l);
		break;
	case LOCK_KIND_spin:
	case LOCK_KIND_irq:
	case LOCK_KIND_mutex:
	case LOCK_KIND_rwmutex:
	case LOCK_KIND_rcu:
		spin_raw_unlock(l);
		break;
	}
}

void held_release_mutex(struct mutex_raw *m)
{
	UNSAFE("1. the class says of which kind the lock is that begins here, MUTEX_IS_READER that "
	       "it is a reader's proxy")
	if (class_of_mutex(m)->_kind != LOCK_KIND_rwmutex)
		mutex_raw_unlock(m);
	else if ((m->_held & MUTEX_IS_READER) != 0)
		rwmutex_raw_read_unlock((struct rwmutex_reader *)(void *)m);
	else
		rwmutex_raw_unlock((struct rwmutex_raw *)(void *)m);
}
