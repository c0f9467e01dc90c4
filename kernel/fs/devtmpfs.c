/* SPDX-License-Identifier: MPL-2.0 */
/* devtmpfs - device nodes in a file system in memory. */
#include "fs/devtmpfs.h"

#include "fs/ramfs.h"

struct device_node {
	struct str name;
	u32 mode, major, minor;
};
static const struct device_node nodes[] = {
	{ STR("null"), 0666, 1, 3 },	{ STR("zero"), 0666, 1, 5 },
	{ STR("full"), 0666, 1, 7 },	{ STR("random"), 0666, 1, 8 },
	{ STR("urandom"), 0666, 1, 9 }, { STR("kmsg"), 0644, 1, 11 },
	{ STR("tty"), 0666, 5, 0 },	{ STR("console"), 0600, 5, 1 },
	{ STR("ttyS0"), 0660, 4, 64 },
#ifdef OSXTD_DEBUG
	{ STR("kcov"), 0600, 10, 124 },
#endif
};

/* What every Debian system's udev adds; without a udev they come from here. */
struct device_link {
	struct str name, target;
};
static const struct device_link links[] = {
	{ STR("fd"), STR("/proc/self/fd") },
	{ STR("stdin"), STR("/proc/self/fd/0") },
	{ STR("stdout"), STR("/proc/self/fd/1") },
	{ STR("stderr"), STR("/proc/self/fd/2") },
};

static struct super_ref shared instance IMMUTABLE OWNER(boot);

static err_t devtmpfs_mount(const struct fs_type *type, struct str source, struct str options,
			    struct super_ref *out)
{
	(void)type, (void)source, (void)options;
	*out = super_clone(super_get(&instance));
	return OK;
}

static const struct fs_type devtmpfs_type = {
	.name = STR("devtmpfs"),
	.flags = FS_NODEV,
	.magic = 0x01021994,
	.ops = &ramfs_super_ops,
	.mount = devtmpfs_mount,
};

/* Half of memory, like a tmpfs. */
static err_t make_instance(struct super_ref *out)
{
	u8 memory[64] = {};
	struct text options = text_in(span_of(memory));
	struct frame_stats f = {};
	frame_stats(&f);
	FMT(&options, "size={}k,nr_inodes={}", f.total_pages / 2 * (PAGE_SIZE / 1024),
	    f.total_pages / 2);
	return ramfs_new(&devtmpfs_type, text_str(&options), out);
}

err_t devtmpfs_init(void)
{
	SCOPED_REF(super, s);
	TRY(make_instance(&s));
	for (usize i = 0; i < array_len(nodes); i++) {
		const struct device_node *n = &array_at(nodes, i);
		TRY(ramfs_add_node(super_get(&s), n->name, S_IFCHR | n->mode,
				   dev_make(n->major, n->minor)));
	}
	for (usize i = 0; i < array_len(links); i++)
		TRY(ramfs_add_symlink(super_get(&s), array_at(links, i).name,
				      array_at(links, i).target));
	instance = super_move(&s);
	return fs_type_register(&devtmpfs_type);
}
