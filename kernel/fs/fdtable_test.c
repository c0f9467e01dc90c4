/* SPDX-License-Identifier: MPL-2.0 */
#include "fs/fdtable.h"
#include "fs/fs_test.h"

static err_t open_one(struct test_fs *fs, struct file_ref *out)
{
	return kernel_open(fs_ctx_get(&fs->fs), cred_get(&fs->cred), STR("f"), O_CREAT | O_RDWR,
			   0666, out);
}

KTEST(fdtable, lowest_number_first)
{
	struct test_fs fs CLEANUP(test_fs_fini) = {};
	SCOPED_REF(fdtable, table);
	REQUIRE_OK(test_fs_new(&fs));
	REQUIRE_OK(fdtable_new(&table));
	struct fdtable *t_files = fdtable_get(&table);
	for (i32 want = 0; want < 100; want++) {
		SCOPED_REF(file, f);
		i32 fd = -1;
		REQUIRE_OK(open_one(&fs, &f));
		EXPECT_OK(fd_install(t_files, 100, 0, &f, &fd));
		EXPECT_EQ(fd, want);
	}
	SCOPED_REF(file, f);
	i32 fd = -1;
	REQUIRE_OK(open_one(&fs, &f));
	EXPECT_EQ(fd_install(t_files, 100, 0, &f, &fd), ERR_MFILE);
	EXPECT(!file_is_null(&f));
	EXPECT_OK(fd_close(t_files, 70));
	EXPECT_OK(fd_close(t_files, 3));
	EXPECT_EQ(fd_close(t_files, 3), ERR_BADF);
	EXPECT_OK(fd_install(t_files, 100, 0, &f, &fd));
	EXPECT_EQ(fd, 3);
	REQUIRE_OK(open_one(&fs, &f));
	EXPECT_OK(fd_install(t_files, 100, 0, &f, &fd));
	EXPECT_EQ(fd, 70);
}

KTEST(fdtable, a_reserved_number_is_nobodys)
{
	struct test_fs fs CLEANUP(test_fs_fini) = {};
	SCOPED_REF(fdtable, table);
	SCOPED_REF(file, f);
	SCOPED_REF(file, got);
	REQUIRE_OK(test_fs_new(&fs));
	REQUIRE_OK(fdtable_new(&table));
	REQUIRE_OK(open_one(&fs, &f));
	struct fdtable *t_files = fdtable_get(&table);
	{
		struct fd_slot slot CLEANUP(fd_release) = {};
		EXPECT_OK(fd_reserve(t_files, 5, 100, &slot));
		EXPECT_EQ(fd_number(&slot), 5);
		EXPECT_EQ(fd_get(t_files, 5, &got), ERR_BADF);
		EXPECT_EQ(fd_close(t_files, 5), ERR_BADF);
		EXPECT_EQ(fd_replace(t_files, 5, 100, 0, file_clone(file_get(&f))), ERR_BUSY);
	}
	EXPECT_OK(fd_replace(t_files, 5, 100, O_CLOEXEC, file_clone(file_get(&f))));
	EXPECT_OK(fd_get(t_files, 5, &got));
	EXPECT(file_get(&got) == file_get(&f));
	SCOPED_REF(fdtable, copy);
	REQUIRE_OK(fdtable_fork(t_files, &copy));
	bool cloexec = false;
	EXPECT_OK(fd_get_cloexec(fdtable_get(&copy), 5, &cloexec));
	EXPECT(cloexec);
	fdtable_close_on_exec(fdtable_get(&copy));
	EXPECT_EQ(fd_get_cloexec(fdtable_get(&copy), 5, &cloexec), ERR_BADF);
	EXPECT_OK(fd_get_cloexec(t_files, 5, &cloexec));
	fd_close_range(t_files, 0, UINT32_MAX, false);
	EXPECT_EQ(fd_get_cloexec(t_files, 5, &cloexec), ERR_BADF);
}

/* A number that was reserved in vain left files below it open when the table went. */
KTEST(fdtable, the_last_reference_closes_everything)
{
	struct test_fs fs CLEANUP(test_fs_fini) = {};
	SCOPED_REF(file, f);
	REQUIRE_OK(test_fs_new(&fs));
	REQUIRE_OK(open_one(&fs, &f));
	{
		SCOPED_REF(fdtable, table);
		REQUIRE_OK(fdtable_new(&table));
		EXPECT_OK(fd_replace(fdtable_get(&table), 3, 100, 0, file_clone(file_get(&f))));
		struct fd_slot slot CLEANUP(fd_release) = {};
		EXPECT_OK(fd_reserve(fdtable_get(&table), 7, 100, &slot));
		fd_release(&slot);
		EXPECT_EQ(object_refs(&file_get(&f)->object), 2);
	}
	EXPECT_EQ(object_refs(&file_get(&f)->object), 1);
}
