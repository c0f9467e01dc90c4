/* SPDX-License-Identifier: MPL-2.0 */
/*
 * mapping - making the descriptors that marks point at.  Private to vm/.
 *
 *   Context:  any; ERR_NOMEM.
 */
#pragma once
#include "vm/mm.h"

struct mapping_spec {
	enum mapping_kind kind;
	u32 flags; /* MAPPING_* */
	u32 max_prot;
	u64 va, offset;
	struct memobj_ref object;     /* consumed */
	struct map_source_ref source; /* consumed */
};
err_t map_account_new(struct map_account_ref *out);
/* Counted in account, which may be null.  ERR_NOMEM, also past MM_MAPPINGS_MAX. */
err_t mapping_new(struct map_account *account, struct mapping_spec *spec, struct region_ref *out);
/* A copy of m for mm with other flags, standing at va_shift bytes from where m stands. */
err_t mapping_copy(struct mm *mm, struct mapping *m, u32 flags, u64 va_shift,
		   struct region_ref *out);

/* The offset in the object that stands at va. */
ALWAYS_INLINE u64 mapping_offset(const struct mapping *m, u64 va)
{
	return m->offset + (va - m->va); /* modulo 2^64 */
}
/* What counts for RLIMIT_DATA. */
ALWAYS_INLINE bool mapping_is_data(const struct mapping *m, u32 prot)
{
	return (m->flags & (MAPPING_SHARED | MAPPING_GROWSDOWN)) == 0 && (prot & VM_WRITE) != 0;
}
