/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/cpu.h>
#include <osxtd/ktest.h>

#include "fs/kernel_file.h"
#include "fs/mount.h"
#include "fs/sysfs/show.h"
#include "security/cred.h"

/* A tree of mounts with sysfs as its root. */
struct ON_STACK world {
	struct fs_ctx_ref fs;
	struct cred_ref cred;
};
static void world_fini(struct world *w)
{
	if (!fs_ctx_is_null(&w->fs))
		mount_unroot(fs_ctx_get(&w->fs));
	fs_ctx_drop(&w->fs);
	cred_drop(&w->cred);
}

static err_t world_make(struct world *w)
{
	const struct fs_type *type = nullptr;
	SCOPED_REF(super, s);
	struct path root CLEANUP(path_drop) = {};
	if (!fs_type_find(STR("sysfs"), &type))
		return ERR_NODEV;
	TRY(type->mount(type, STR("sysfs"), STR(""), &s));
	TRY(mount_root(super_move(&s), STR("sysfs"), &root));
	TRY(fs_ctx_new(&root, 022, &w->fs));
	return cred_new_root(&w->cred);
}

static err_t world_open(const struct world *w, struct str path, u32 flags, struct file_ref *out)
{
	return kernel_open(fs_ctx_get(&w->fs), cred_get(&w->cred), path, flags, 0, out);
}

/* The text of a file; empty when it cannot be read. */
static struct str slurp(const struct world *w, struct str path, struct span room)
{
	SCOPED_REF(file, f);
	usize n = 0;
	if (world_open(w, path, O_RDONLY, &f) != OK || kernel_read(file_get(&f), 0, room, &n) != OK)
		return STR("");
	return str_of(span_const(span_sub(room, 0, n)));
}

static bool lists_as(u64 mask, struct str want)
{
	u8 room[256] = {};
	struct text t = text_in(span_of(room));
	sys_put_list(&t, mask);
	return str_equal(text_str(&t), want);
}

KTEST(sysfs, lists_are_ranges)
{
	EXPECT(lists_as(0, STR("")));
	EXPECT(lists_as(1, STR("0")));
	EXPECT(lists_as(0xf, STR("0-3")));
	EXPECT(lists_as(0x5, STR("0,2")));
	EXPECT(lists_as(0xf1b, STR("0-1,3-4,8-11")));
	EXPECT(lists_as((u64)1 << 63, STR("63")));
	EXPECT(lists_as(UINT64_MAX, STR("0-63")));
}

static bool masks_as(u64 mask, u32 bits, struct str want)
{
	u8 room[32] = {};
	struct text t = text_in(span_of(room));
	sys_put_mask(&t, mask, bits);
	return str_equal(text_str(&t), want);
}

KTEST(sysfs, masks_are_as_wide_as_there_are_cpus)
{
	EXPECT(masks_as(1, 1, STR("1")));
	EXPECT(masks_as(2, 4, STR("2")));
	EXPECT(masks_as(2, 5, STR("02")));
	EXPECT(masks_as(UINT32_MAX, 32, STR("ffffffff")));
	EXPECT(masks_as(1, 33, STR("0,00000001")));
	EXPECT(masks_as(UINT64_MAX >> 30, 34, STR("3,ffffffff")));
	EXPECT(masks_as(UINT64_MAX, 64, STR("ffffffff,ffffffff")));
}

KTEST(sysfs, each_cpu_is_a_core)
{
	struct world w CLEANUP(world_fini) = {};
	REQUIRE_OK(world_make(&w));
	for (u32 cpu = 0; cpu < cpu_count(); cpu++) {
		u8 path_room[64] = {}, want_room[16] = {}, room[32] = {};
		struct text path = text_in(span_of(path_room));
		struct text want = text_in(span_of(want_room));
		FMT(&path, "/devices/system/cpu/cpu{}/topology/core_id", cpu);
		FMT(&want, "{}\n", cpu);
		EXPECT(str_equal(slurp(&w, text_str(&path), span_of(room)), text_str(&want)));
	}
}

KTEST(sysfs, the_cpus_there_are)
{
	struct world w CLEANUP(world_fini) = {};
	u8 want_room[16] = {}, room[64] = {};
	struct text want = text_in(span_of(want_room));
	SCOPED_REF(file, f);
	REQUIRE_OK(world_make(&w));
	if (cpu_count() == 1)
		text_put(&want, STR("0\n"));
	else
		FMT(&want, "0-{}\n", cpu_count() - 1);
	struct str online = STR("/devices/system/cpu/online");
	EXPECT(str_equal(slurp(&w, online, span_of(room)), text_str(&want)));
	struct str offline = STR("/devices/system/cpu/offline");
	EXPECT(str_equal(slurp(&w, offline, span_of(room)), STR("\n")));
	EXPECT_EQ(world_open(&w, online, O_WRONLY, &f), ERR_ACCES);
	EXPECT_EQ(world_open(&w, STR("/devices/system/cpu/cpu64"), O_RDONLY, &f), ERR_NOENT);
}
