/* SPDX-License-Identifier: MPL-2.0 */
/* tree - the directories and files of sysfs; see tree.h. */
#include "fs/sysfs/tree.h"

#include <osxtd/cpu.h>

#include "fs/sysfs/show.h"

enum : u32 { ROOT_MODE = 0555, DIR_MODE = 0755 };

/* Directories that something stands in; D_ROOT is the root. */
enum dir_index : u32 { D_ROOT, D_DEVICES, D_SYSTEM, D_CPU, D_NODE, D_NODE0, D_KERNEL, D_COUNT };

struct fixed_dir {
	enum dir_index parent;
	struct str name;
	enum dir_index is; /* D_ROOT: an empty one */
};
/* Parents come first. */
static const struct fixed_dir dirs[] = {
	{ D_ROOT, STR("block"), D_ROOT },	{ D_ROOT, STR("bus"), D_ROOT },
	{ D_ROOT, STR("class"), D_ROOT },	{ D_ROOT, STR("dev"), D_ROOT },
	{ D_ROOT, STR("devices"), D_DEVICES },	{ D_ROOT, STR("firmware"), D_ROOT },
	{ D_ROOT, STR("fs"), D_ROOT },		{ D_ROOT, STR("kernel"), D_KERNEL },
	{ D_ROOT, STR("module"), D_ROOT },	{ D_ROOT, STR("power"), D_ROOT },
	{ D_DEVICES, STR("system"), D_SYSTEM }, { D_SYSTEM, STR("cpu"), D_CPU },
	{ D_SYSTEM, STR("node"), D_NODE },	{ D_NODE, STR("node0"), D_NODE0 },
};

struct fixed_file {
	enum dir_index parent;
	struct sys_attribute attribute;
};
static const struct fixed_file files[] = {
	{ D_CPU, { STR("isolated"), show_no_cpus } },
	{ D_CPU, { STR("kernel_max"), show_kernel_max } },
	{ D_CPU, { STR("offline"), show_no_cpus } },
	{ D_CPU, { STR("online"), show_all_cpus } },
	{ D_CPU, { STR("possible"), show_all_cpus } },
	{ D_CPU, { STR("present"), show_all_cpus } },
	{ D_NODE, { STR("has_cpu"), show_only_node } },
	{ D_NODE, { STR("has_memory"), show_only_node } },
	{ D_NODE, { STR("has_normal_memory"), show_only_node } },
	{ D_NODE, { STR("online"), show_only_node } },
	{ D_NODE, { STR("possible"), show_only_node } },
	{ D_NODE0, { STR("cpulist"), show_all_cpus } },
	{ D_NODE0, { STR("cpumap"), show_all_cpus_mask } },
	{ D_NODE0, { STR("distance"), show_node_distance } },
	{ D_NODE0, { STR("meminfo"), show_node_meminfo } },
	{ D_KERNEL, { STR("oops_count"), show_oops_count } },
};

/* devices/system/cpu/cpuN/topology, of each CPU. */
static const struct sys_attribute topology[] = {
	{ STR("core_cpus"), show_cpu_mask },
	{ STR("core_cpus_list"), show_cpu_list },
	{ STR("core_id"), show_cpu_number },
	{ STR("core_siblings"), show_all_cpus_mask },
	{ STR("core_siblings_list"), show_all_cpus },
	{ STR("package_cpus"), show_all_cpus_mask },
	{ STR("package_cpus_list"), show_all_cpus },
	{ STR("physical_package_id"), show_package_id },
	{ STR("thread_siblings"), show_cpu_mask },
	{ STR("thread_siblings_list"), show_cpu_list },
};

/* A tree while it is built. */
struct ON_STACK builder {
	struct super_ref super;
	u64 last_ino;
	struct dentry_ref dirs[D_COUNT];
};
static void builder_fini(struct builder *b)
{
	for (usize i = 0; i < D_COUNT; i++)
		dentry_drop(&array_at(b->dirs, i));
	super_drop(&b->super);
}

static err_t add_dir(struct builder *b, struct dentry *parent, struct str name,
		     struct dentry_ref *out)
{
	SCOPED_REF(inode, i);
	TRY(sys_new_dir(DIR_MODE, ++b->last_ino, &i));
	return super_add(super_get(&b->super), parent, name, inode_move(&i), out);
}

static err_t add_file(struct builder *b, struct dentry *parent, const struct sys_attribute *a,
		      u32 number)
{
	SCOPED_REF(inode, i);
	TRY(sys_new_file(a, number, ++b->last_ino, &i));
	return super_add(super_get(&b->super), parent, a->name, inode_move(&i), nullptr);
}

static err_t add_fixed(struct builder *b)
{
	for (usize i = 0; i < array_len(dirs); i++) {
		const struct fixed_dir *d = &array_at(dirs, i);
		SCOPED_REF(dentry, made);
		TRY(add_dir(b, dentry_get_or_null(&array_at(b->dirs, d->parent)), d->name, &made));
		if (d->is != D_ROOT)
			array_at(b->dirs, d->is) = dentry_move(&made);
	}
	for (usize i = 0; i < array_len(files); i++) {
		const struct fixed_file *f = &array_at(files, i);
		TRY(add_file(b, dentry_get_or_null(&array_at(b->dirs, f->parent)), &f->attribute,
			     0));
	}
	return OK;
}

static err_t add_cpu(struct builder *b, u32 cpu)
{
	u8 memory[16] = {};
	struct text name = text_in(span_of(memory));
	SCOPED_REF(dentry, dir);
	SCOPED_REF(dentry, sub);
	FMT(&name, "cpu{}", cpu);
	TRY(add_dir(b, dentry_get(&array_at(b->dirs, D_CPU)), text_str(&name), &dir));
	TRY(add_dir(b, dentry_get(&dir), STR("topology"), &sub));
	for (usize i = 0; i < array_len(topology); i++)
		TRY(add_file(b, dentry_get(&sub), &array_at(topology, i), cpu));
	return OK;
}

err_t sys_tree_new(const struct fs_type *type, struct super_ref *out)
{
	struct builder b CLEANUP(builder_fini) = { .last_ino = 1 };
	SCOPED_REF(inode, root);
	TRY(sys_new_dir(ROOT_MODE, b.last_ino, &root));
	TRY(super_new(type, sys_device(), inode_move(&root), &b.super));
	TRY(add_fixed(&b));
	for (u32 cpu = 0; cpu < cpu_count(); cpu++)
		TRY(add_cpu(&b, cpu));
	*out = super_move(&b.super);
	return OK;
}
