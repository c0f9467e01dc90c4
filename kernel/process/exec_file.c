/* SPDX-License-Identifier: MPL-2.0 */
#include "process/exec_file.h"

#include "fs/kernel_file.h"

static void map_file_fini(struct map_file *m)
{
	if (atomic_u32_load(&m->map_source.is_program) != 0)
		exec_file_release(file_get(&m->file));
	file_drop(&m->file);
}
OBJECT_SUBTYPE(map_file, map_source, map_file_fini);

err_t map_file_new(struct file *f, enum map_file_use use, struct map_source_ref *out)
{
	TRY(map_file_alloc(out));
	struct map_file *m = map_file_of(map_source_get(out));
	m->file = file_clone(f);
	atomic_u32_store(&m->map_source.is_program, use == MAP_FILE_PROGRAM);
	return OK;
}
