// SPDX-License-Identifier: MPL-2.0
/* stack_depot - an open hash table that only grows.  See stack_depot.h. */
#include "debug/stack_depot.h"

#include "mm/paging.h"

#include "debug/kasan.h"
#include "debug/report.h"
#include "panic.h"

enum : u32 { DEPTH = 10, TRACES = 8192, PROBES = 32 };

struct trace {
	u32 hash;      /* 0: free */
	u32 ip[DEPTH]; /* from KIMAGE_BASE; 0 behind the last */
};
static struct trace shared traces[TRACES];

KASAN_OFF_BEGIN

u32 stack_save(u64 fp)
{
	struct trace t = { .hash = 2166136261u };
	u64 ip = 0;
	for (u32 i = 0; i < DEPTH && arch_unwind(&fp, &ip); i++) {
		array_at(t.ip, i) = (u32)(ip - KIMAGE_BASE);
		t.hash = (u32)((t.hash ^ (u32)ip) * 16777619ull);
	}
	t.hash |= 1;
	for (u32 probe = 0; probe < PROBES; probe++) {
		u32 at = ((t.hash >> 1) + probe) % TRACES;
		struct trace *have = &array_at(traces, at);
		u32 hash = 0;
		if (__atomic_compare_exchange_n(&have->hash, &hash, t.hash, false, __ATOMIC_RELAXED,
						__ATOMIC_RELAXED)) {
			for (u32 i = 0; i < DEPTH; i++)
				array_at(have->ip, i) = array_at(t.ip, i);
			return at + 1;
		}
		if (hash == t.hash)
			return at + 1;
	}
	return 0;
}

void stack_print(u32 id)
{
	if (id == 0 || id > TRACES) {
		BUG_LINE("  (unknown)");
		return;
	}
	const struct trace *t = &array_at(traces, id - 1);
	for (u32 i = 0; i < DEPTH && array_at(t->ip, i) != 0; i++) {
		u8 place[80] = {};
		BUG_LINE("  {}", report_place(KIMAGE_BASE + array_at(t->ip, i), span_of(place)));
	}
}

KASAN_OFF_END
