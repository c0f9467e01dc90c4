/* SPDX-License-Identifier: MPL-2.0 */
/*
 * pool - the slab caches behind object.h and buf.h; private to OSXTD.
 *
 * An element is free or handed out; free ones are linked at POOL_LINK, behind the header of an
 * object, which keeps its generation.  The memory of a pool only ever grows: a weak reference may
 * look at an element for ever (O2).  A write to a free element's link is caught when the element is
 * taken again (O4).
 *
 *   Context:  any.  An interrupt that hit the kernel bypasses the CPU's list.
 */
#pragma once
#include <osxtd/object.h>

enum : usize { POOL_LINK = 16, POOL_MIN = 32 };

/* At boot, before the first element is made. */
void pool_init(void);

/* An element, content undefined (but for the first 16 bytes, which stay as they were); null: no
 * memory. */
void *pool_take(struct pool *p);
void pool_give(struct pool *p, void *element);
/* Memory for tables that live for ever, zeroed, 64-byte aligned; null: no memory. */
void *meta_alloc(usize len);
/* Ends the wait of all freed elements, which debug builds let wait (kasan_pool.h). */
#ifdef OSXTD_DEBUG
void pool_flush_quarantine(void);
#else
ALWAYS_INLINE void pool_flush_quarantine(void) {}
#endif
/* Elements handed out of p now (exact only while nobody works on p). */
u64 pool_live(const struct pool *p);
