/* SPDX-License-Identifier: MPL-2.0 */
#include "vm/map_source.h"

/* The base has nothing to drop: subtypes hold the file. */
static void map_source_fini(struct map_source *s)
{
	s->ops = nullptr;
}
OBJECT_BASE(map_source, map_source_fini);

void map_source_describe(struct map_source *s, struct map_label *label, struct text *path)
{
	s->ops->describe(s, label, path);
}
