/* SPDX-License-Identifier: MPL-2.0 */
/*
 * registry - the list of all address spaces, for the rare walks over them (truncation of a mapped
 * object).
 *
 * One list per CPU, so that fork and exit on different CPUs do not meet.  It holds weak references.
 *
 *   Locking:  class mm_registry (spin), innermost.
 *   Context:  task context.
 */
#pragma once
#include "vm/mm.h"

LOCK_CLASS(mm_registry, spin);

/* ERR_NOMEM. */
err_t mm_registry_add(struct vmspace *s, struct mm_ticket *out);
void mm_registry_remove(struct mm_ticket ticket);
/* The first live space after the place `at` ({} to begin with), which moves on; false at the end.
 */
bool mm_registry_next(struct mm_ticket *at, struct vmspace_ref *out);
