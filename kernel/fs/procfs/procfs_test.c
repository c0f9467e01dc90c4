/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/ktest.h>

#include "abi/fcntl.h"
#include "fs/kernel_file.h"
#include "fs/mount.h"
#include "fs/procfs/node.h"

/* A tree of mounts with procfs as its root. */
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
	if (!fs_type_find(STR("proc"), &type))
		return ERR_NODEV;
	TRY(type->mount(type, STR("proc"), STR(""), &s));
	TRY(mount_root(super_move(&s), STR("proc"), &root));
	TRY(fs_ctx_new(&root, 022, &w->fs));
	return cred_new_root(&w->cred);
}

static err_t world_open(const struct world *w, struct str path, struct file_ref *out)
{
	return kernel_open(fs_ctx_get(&w->fs), cred_get(&w->cred), path, O_RDONLY, 0, out);
}

/* The text of a file; empty when it cannot be read. */
static struct str slurp(const struct world *w, struct str path, struct span room)
{
	SCOPED_REF(file, f);
	usize used = 0, n = 0;
	if (world_open(w, path, &f) != OK)
		return STR("");
	do {
		n = 0;
		if (kernel_read(file_get(&f), used, span_from(room, used), &n) != OK)
			return STR("");
		used += n;
	} while (n != 0 && used < span_len(room));
	return str_of(span_const(span_sub(room, 0, used)));
}

KTEST(procfs, system_files_read)
{
	static const struct str names[] = {
		STR("/meminfo"),
		STR("/stat"),
		STR("/uptime"),
		STR("/loadavg"),
		STR("/version"),
		STR("/cpuinfo"),
		STR("/cmdline"),
		STR("/filesystems"),
		STR("/devices"),
		STR("/interrupts"),
		STR("/partitions"),
		STR("/swaps"),
		STR("/vmstat"),
		STR("/sys/kernel/ostype"),
		STR("/sys/kernel/random/uuid"),
		STR("/sys/kernel/random/boot_id"),
		STR("/sys/vm/max_map_count"),
		STR("/sys/fs/file-nr"),
		STR("/sys/kernel/printk"),
		STR("/sys/kernel/hostname"),
	};
	struct world w CLEANUP(world_fini) = {};
	REQUIRE_OK(world_make(&w));
	for (usize i = 0; i < array_len(names); i++) {
		SCOPED_BUF(memory);
		REQUIRE_OK(buf_alloc(8192, &memory));
		struct str text = slurp(&w, array_at(names, i), buf_span(&memory));
		EXPECT(str_len(text) != 0);
		EXPECT(str_len(text) == 0 || str_get(text, str_len(text) - 1) == '\n');
	}
}

KTEST(procfs, exact_texts)
{
	struct world w CLEANUP(world_fini) = {};
	u8 room[64] = {};
	REQUIRE_OK(world_make(&w));
	EXPECT(str_equal(slurp(&w, STR("/sys/kernel/ostype"), span_of(room)), STR("Linux\n")));
	EXPECT(str_equal(slurp(&w, STR("/sys/kernel/cap_last_cap"), span_of(room)), STR("40\n")));
	EXPECT(str_equal(slurp(&w, STR("/sys/fs/nr_open"), span_of(room)), STR("131072\n")));
	struct str id = slurp(&w, STR("/sys/kernel/random/uuid"), span_of(room));
	EXPECT_EQ(str_len(id), 37);
	EXPECT_EQ(str_get(id, 14), '4');
}

KTEST(procfs, boot_id_stays_and_uuid_changes)
{
	struct world w CLEANUP(world_fini) = {};
	u8 a[64] = {}, b[64] = {};
	REQUIRE_OK(world_make(&w));
	struct str boot = STR("/sys/kernel/random/boot_id"), uuid = STR("/sys/kernel/random/uuid");
	EXPECT(str_equal(slurp(&w, boot, span_of(a)), slurp(&w, boot, span_of(b))));
	EXPECT(!str_equal(slurp(&w, uuid, span_of(a)), slurp(&w, uuid, span_of(b))));
}

KTEST(procfs, pieces_come_from_one_text)
{
	struct world w CLEANUP(world_fini) = {};
	SCOPED_REF(file, f);
	u8 whole[64] = {}, piece[20] = {};
	usize n = 0;
	REQUIRE_OK(world_make(&w));
	REQUIRE_OK(world_open(&w, STR("/sys/kernel/random/uuid"), &f));
	EXPECT_OK(kernel_read(file_get(&f), 0, span_of(whole), &n));
	EXPECT_EQ(n, 37);
	n = 0;
	EXPECT_OK(kernel_read(file_get(&f), 17, span_of(piece), &n));
	EXPECT_EQ(n, 20);
	EXPECT(cspan_equal(cspan_of(piece), cspan_sub(cspan_of(whole), 17, 20)));
	n = 0;
	EXPECT_OK(kernel_read(file_get(&f), 37, span_of(piece), &n));
	EXPECT_EQ(n, 0);
}

KTEST(procfs, absent_names)
{
	struct world w CLEANUP(world_fini) = {};
	SCOPED_REF(file, f);
	REQUIRE_OK(world_make(&w));
	EXPECT_EQ(world_open(&w, STR("/none"), &f), ERR_NOENT);
	EXPECT_EQ(world_open(&w, STR("/4194303/stat"), &f), ERR_NOENT);
	EXPECT_EQ(world_open(&w, STR("/01"), &f), ERR_NOENT);
	EXPECT_EQ(world_open(&w, STR("/99999999999999999999"), &f), ERR_NOENT);
	EXPECT_EQ(world_open(&w, STR("/sys/none"), &f), ERR_NOENT);
	EXPECT_EQ(world_open(&w, STR("/self/stat"), &f), ERR_NOENT);
}

KTEST(procfs, numbers)
{
	i32 n = 0;
	EXPECT(proc_parse_number(STR("0"), &n) && n == 0);
	EXPECT(proc_parse_number(STR("123456789"), &n) && n == 123456789);
	EXPECT(!proc_parse_number(STR(""), &n));
	EXPECT(!proc_parse_number(STR("01"), &n));
	EXPECT(!proc_parse_number(STR("1x"), &n));
	EXPECT(!proc_parse_number(STR("-1"), &n));
	EXPECT(!proc_parse_number(STR("1234567890"), &n));
}

KTEST(procfs, names_are_escaped)
{
	u8 room[64] = {};
	struct text text = text_in(span_of(room));
	proc_put_name(&text, STR("a\nb\\c"));
	proc_put_path(&text, STR("/x\ny"));
	EXPECT(str_equal(text_str(&text), STR("a\\nb\\\\c/x\\012y")));
}
