/* SPDX-License-Identifier: MPL-2.0 */
#include "vm/map_source.h"

/* The base has nothing to drop: subtypes hold the file. */
static void map_source_fini(struct map_source *s)
{
	atomic_u32_store(&s->is_program, 0);
}
OBJECT_BASE(map_source, map_source_fini);
