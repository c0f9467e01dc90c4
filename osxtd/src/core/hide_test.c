/* SPDX-License-Identifier: MPL-2.0 */
/* hide_test - log lines without addresses of the kernel. */
#include "core/hide.h"

#include <osxtd/ktest.h>
#include <osxtd/log.h>

#include "boot_info.h"

static bool is_kept(struct str line)
{
	return !hide_is_needed(line);
}

KTEST(hide, finds_addresses_and_nothing_else)
{
	EXPECT(hide_is_needed(STR("ffffffff80200000")));
	EXPECT(hide_is_needed(STR("rip=0xffff888000001234,")));
	EXPECT(hide_is_needed(STR("a 0000000000000000 FFFFD00000004000")));
	EXPECT(is_kept(STR("")));
	EXPECT(is_kept(STR("fffffffffffffff2 00007fffffffe000 ffff800000000000abcd")));
	EXPECT(is_kept(STR("ffff88800000123 ffff8")));
	EXPECT(is_kept(STR("0000000080200000")));
}

KTEST(hide, equal_addresses_stay_equal)
{
	struct str off = {};
	if (boot_option(STR("no_hash_pointers"), &off))
		return;
	u8 line[] =
		"at ffffffff80200000, ffffffff80200008 and ffffffff80200000 of fffffffffffffff2";
	hide_addresses(span_of(line));
	struct str s = str_of(cspan_of(line));
	EXPECT(is_kept(s));
	EXPECT(str_equal(str_sub(s, 3, 8), STR("00000000")));
	EXPECT(str_equal(str_sub(s, 3, 16), str_sub(s, 42, 16)));
	EXPECT(!str_equal(str_sub(s, 3, 16), str_sub(s, 21, 16)));
	EXPECT(str_equal(str_sub(s, 0, 3), STR("at ")) &&
	       str_equal(str_sub(s, 58, 20), STR(" of fffffffffffffff2")));
}

KTEST(hide, the_log_has_no_address)
{
	struct str off = {};
	u8 buf[256] = {};
	struct log_record r = {};
	u64 next = log_next_sequence();
	if (boot_option(STR("no_hash_pointers"), &off))
		return;
	LOG(DEBUG, "a pointer {016x} in the log", address_of_(&is_kept));
	EXPECT(log_read(next, span_of(buf), &r));
	EXPECT(str_starts_with(r.text, STR("a pointer 00000000")) && is_kept(r.text));
}
