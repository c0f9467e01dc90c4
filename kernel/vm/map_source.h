/* SPDX-License-Identifier: MPL-2.0 */
/*
 * map_source - what a mapping is a mapping of, as far as vm/ need know: something that can describe itself.
 *
 * The floors above make the subtypes: process/exec_file.h's map_file holds the open file.
 *
 *   Lifetime:  counted; mappings and an mm's `exe` hold references.
 *   Context:   task context.
 */
#pragma once
#include <osxtd/fmt.h>
#include <osxtd/object.h>

struct map_source;
REF_TYPE(map_source);

/* The columns of /proc/PID/maps that the file gives. */
struct map_label {
	u32 dev_major, dev_minor;
	u64 inode;
};
struct map_source_ops {
	/* Fills label and appends the path. */
	void (*describe)(struct map_source *s, struct map_label *label, struct text *path);
};
struct map_source {
	struct object object;
	const struct map_source_ops *ops IMMUTABLE;
};

/* What s says of itself. */
void map_source_describe(struct map_source *s, struct map_label *label, struct text *path);
