/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/lock.h>
#include <osxtd/object.h>
#include <osxtd/rcu.h>

LOCK_CLASS(sample_names, rwmutex);
LOCK_CLASS(sample_cache, rw, AFTER(sample_names));
LOCK_CLASS(sample_times, seq);
struct times {
	u64 up_ns, idle_ns;
};
SEQ_CELL(sample_times, times);
struct table {
	struct object object;
	struct rcu_link rcu;
	struct sample_names_lock names;
	struct sample_cache_lock cache;
	u32 named GUARDED(sample_names);
	u32 cached GUARDED(sample_cache);
	struct times_cell times OWNER(sample_times);
};
REF_TYPE(table);
RCU_TYPE(table, rcu);
u32 both(struct table *t)
{
	READ_GUARD(sample_names, &t->names);
	READ_GUARD(sample_cache, &t->cache);
	return t->named + t->cached;
}
u64 up(const struct table *t)
{
	struct times now = times_cell_read(&t->times);
	return now.up_ns;
}
