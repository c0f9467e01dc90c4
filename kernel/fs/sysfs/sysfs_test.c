/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/cpu.h>
#include <osxtd/ktest.h>

#include "fs/fs_test.h"
#include "fs/sysfs/show.h"

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
	struct test_root w CLEANUP(test_root_fini) = {};
	REQUIRE_OK(test_root_new(&w, STR("sysfs")));
	for (u32 cpu = 0; cpu < cpu_count(); cpu++) {
		u8 path_room[64] = {}, want_room[16] = {}, room[32] = {};
		struct text path = text_in(span_of(path_room));
		struct text want = text_in(span_of(want_room));
		FMT(&path, "/devices/system/cpu/cpu{}/topology/core_id", cpu);
		FMT(&want, "{}\n", cpu);
		EXPECT(str_equal(test_root_text(&w, text_str(&path), span_of(room)),
				 text_str(&want)));
	}
}

KTEST(sysfs, the_cpus_there_are)
{
	struct test_root w CLEANUP(test_root_fini) = {};
	u8 want_room[16] = {}, room[64] = {};
	struct text want = text_in(span_of(want_room));
	SCOPED_REF(file, f);
	REQUIRE_OK(test_root_new(&w, STR("sysfs")));
	if (cpu_count() == 1)
		text_put(&want, STR("0\n"));
	else
		FMT(&want, "0-{}\n", cpu_count() - 1);
	struct str online = STR("/devices/system/cpu/online");
	EXPECT(str_equal(test_root_text(&w, online, span_of(room)), text_str(&want)));
	struct str offline = STR("/devices/system/cpu/offline");
	EXPECT(str_equal(test_root_text(&w, offline, span_of(room)), STR("\n")));
	EXPECT_EQ(test_root_open(&w, online, O_WRONLY, &f), ERR_ACCES);
	EXPECT_EQ(test_root_open(&w, STR("/devices/system/cpu/cpu64"), O_RDONLY, &f), ERR_NOENT);
}
