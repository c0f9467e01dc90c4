/* SPDX-License-Identifier: MPL-2.0 */
/*
 * map_source - what a mapping is a mapping of: kept alive here, known only to the floors above.
 *
 * process/exec_file.h has the subtype map_file, which holds the open file; procfs takes it from
 * there.
 *
 *   Lifetime:  counted; mappings and an mm's `exe` hold references.
 */
#pragma once
#include <osxtd/object.h>

struct map_source {
	struct object object;
	struct atomic_u32 is_program ATOMIC_ONLY; /* writers are kept out until it goes */
};
REF_TYPE(map_source);
