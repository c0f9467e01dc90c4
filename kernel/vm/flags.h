/* SPDX-License-Identifier: MPL-2.0 */
/* flags - changing the MAPPING_* flags of part of a mapping.  Private to vm/. */
#pragma once
#include "vm/mm.h"

/* Gives the run e of marks a descriptor whose flags are changed.  ERR_NOMEM. */
err_t mm_change_flags(struct mm *mm, struct vm_cursor *c, const struct vm_entry *e, u32 set,
		      u32 clear) HOLDS(mm_map);
