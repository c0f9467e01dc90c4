/* SPDX-License-Identifier: MPL-2.0 */
/* fault_test - what boot makes, with each of its allocations failing in turn: ERR_NOMEM and nothing
 * kept. */
#include <osxtd/fault_inject.h>
#include <osxtd/ktest.h>
#include <osxtd/task.h>

#include "fs/fdtable.h"
#include "fs/fs_ctx.h"
#include "fs/kernel_file.h"
#include "fs/mount.h"
#include "fs/ramfs.h"
#include "fs/vfs.h"
#include "security/cred.h"
#include "vm/mm.h"

enum : u32 { NTH_MAX = 2000 };

struct maker {
	struct str name;
	err_t (*make)(struct str name);
};

/* A file system of the type, with a root, a place in it and a file where files can be made. */
static err_t make_tree(struct str name)
{
	const struct fs_type *type = nullptr;
	SCOPED_REF(super, s);
	SCOPED_REF(fs_ctx, fs);
	SCOPED_REF(cred, cred);
	SCOPED_REF(file, f);
	struct path root CLEANUP(path_drop) = {};
	if (!fs_type_find(name, &type))
		return ERR_NODEV;
	TRY(type->mount(type, name, STR(""), &s));
	TRY(mount_new_private(super_get(&s), name, &root));
	TRY(fs_ctx_new(&root, 022, &fs));
	TRY(cred_new_root(&cred));
	return kernel_open(fs_ctx_get(&fs), cred_get(&cred), STR("/"), O_RDONLY, 0, &f);
}

static err_t make_file(struct str name)
{
	SCOPED_REF(cred, cred);
	SCOPED_REF(file, f);
	TRY(cred_new_root(&cred));
	TRY(ramfs_memfd(name, 0, cred_get(&cred), &f));
	return kernel_write(file_get(&f), 0, str_bytes(name));
}

static err_t make_space(struct str name)
{
	(void)name;
	SCOPED_REF(vmspace, space);
	return mm_new(MM_ASLR_ON, 8 << 20, &space);
}

static err_t make_fdtable(struct str name)
{
	(void)name;
	SCOPED_REF(fdtable, t);
	return fdtable_new(&t);
}

static const struct maker makers[] = {
	{ STR("tmpfs"), make_tree },	{ STR("proc"), make_tree },
	{ STR("devtmpfs"), make_tree }, { STR("memory"), make_file },
	{ STR("space"), make_space },	{ STR("descriptors"), make_fdtable },
};

/* How many allocations were made to fail. */
static u32 make_with_failures(const struct maker *m, struct ktest_ctx *t)
{
	struct task *self = task_current();
	for (u32 n = 1; n < NTH_MAX; n++) {
		fault_set_nth(self, n);
		err_t e = m->make(m->name);
		bool is_injected = fault_nth(self) == 0;
		fault_set_nth(self, 0);
		if (!is_injected) {
			EXPECT_OK(e);
			return n - 1;
		}
		EXPECT(e == OK || e == ERR_NOMEM);
	}
	return NTH_MAX;
}

KTEST(fault, what_boot_makes_fails_clean)
{
	for (usize i = 0; i < array_len(makers); i++) {
		u32 n = make_with_failures(&array_at(makers, i), t);
		EXPECT(n > 0 && n < NTH_MAX);
	}
}
