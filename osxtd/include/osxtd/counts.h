/* SPDX-License-Identifier: MPL-2.0 */
/*
 * counts - what lives in the pools: figures for /proc/slabinfo, and in debug builds for tests that
 * look for leaks.
 *
 *   Context:  any; counts_settle may sleep.  Exact only while nobody else allocates or frees.
 */
#pragma once
#include <osxtd/span.h>

struct pool_counts {
	struct str name;
	u64 size;	/* of an element */
	u64 live, all;	/* elements handed out, elements that there is memory for */
	u64 references; /* to live objects; counted in debug builds only */
	u32 per_slab, slab_pages;
};
/* The i-th pool that was ever used, the latest first; false behind the last. */
OSXTD_API bool pool_counts(u32 i, struct pool_counts *out);

#ifdef OSXTD_DEBUG
/* Ends what waits: freed elements, dead tasks, spare tables and stacks of this CPU. */
OSXTD_API void counts_settle(void);
#endif
