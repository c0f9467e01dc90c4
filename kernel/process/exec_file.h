/* SPDX-License-Identifier: MPL-2.0 */
/*
 * exec_file - files behind mappings: what mmap(2) and exec give vm/ as the source of a mapping.
 *
 *   Lifetime:  counted, as map_source_ref; holds the open file.
 *   Context:   task context.
 */
#pragma once
#include "fs/file.h"
#include "vm/map_source.h"

struct map_file {
	struct map_source map_source;
	struct file_ref file IMMUTABLE;
};
SUBTYPE(map_file, map_source);

enum map_file_use : u8 {
	MAP_FILE_DATA,
	MAP_FILE_PROGRAM, /* from exec_file_open: exec_file_release is called when the source goes
			   */
};
err_t map_file_new(struct file *f, enum map_file_use use, struct map_source_ref *out);
/* The open file of a mapping's source. */
BORROWS ALWAYS_INLINE struct file *map_file_file(struct map_source *s)
{
	return file_get(&map_file_of(s)->file);
}
