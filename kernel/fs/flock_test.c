/* SPDX-License-Identifier: MPL-2.0 */
#include "fs/flock.h"
#include "fs/fs_test.h"

static err_t set(struct inode *i, u64 owner, u8 type, u64 start, u64 end)
{
	struct flock_range want = {
		.kind = FLOCK_POSIX, .type = type, .owner = owner, .start = start, .end = end
	};
	return flock_set(i, &want, FLOCK_NOWAIT);
}

/* Who keeps owner 99 from writing byte `at`, and up to where; 0 for nobody. */
static u64 holder(struct inode *i, u64 at, u64 *end)
{
	struct flock_range want = {
		.kind = FLOCK_POSIX, .type = F_WRLCK, .owner = 99, .start = at, .end = at
	};
	struct flock_range held = {};
	flock_test(i, &want, &held);
	*end = held.end;
	return held.type == F_UNLCK ? 0 : held.owner;
}

KTEST(flock, ranges_split_join_and_conflict)
{
	struct test_fs fs CLEANUP(test_fs_fini) = {};
	struct path p CLEANUP(path_drop) = {};
	u64 end = 0;
	REQUIRE_OK(test_fs_new(&fs));
	EXPECT_OK(test_write(&fs, STR("f"), STR("")));
	REQUIRE_OK(test_find(&fs, STR("f"), &p));
	struct inode *i = path_inode(&p);
	EXPECT_OK(set(i, 1, F_WRLCK, 10, 99));
	EXPECT_EQ(set(i, 2, F_RDLCK, 50, 50), ERR_AGAIN);
	EXPECT_OK(set(i, 2, F_RDLCK, 100, FLOCK_END));
	/* A hole in the middle. */
	EXPECT_OK(set(i, 1, F_UNLCK, 40, 59));
	EXPECT_EQ(holder(i, 39, &end), 1);
	EXPECT_EQ(end, 39);
	EXPECT_EQ(holder(i, 40, &end), 0);
	EXPECT_EQ(holder(i, 60, &end), 1);
	EXPECT_EQ(end, 99);
	/* Filled again: one lock. */
	EXPECT_OK(set(i, 1, F_WRLCK, 40, 59));
	EXPECT_EQ(holder(i, 10, &end), 1);
	EXPECT_EQ(end, 99);
	/* Another type in the middle makes three. */
	EXPECT_OK(set(i, 1, F_RDLCK, 40, 59));
	EXPECT_OK(set(i, 2, F_RDLCK, 45, 50));
	EXPECT_EQ(set(i, 2, F_RDLCK, 39, 50), ERR_AGAIN);
	flock_forget(i, FLOCK_POSIX, 1);
	EXPECT_EQ(holder(i, 20, &end), 0);
	EXPECT_EQ(holder(i, 48, &end), 2);
	flock_forget(i, FLOCK_POSIX, 2);
	EXPECT_EQ(holder(i, 1000, &end), 0);
}
