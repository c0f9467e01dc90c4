/* SPDX-License-Identifier: MPL-2.0 */
/* kaslr_test - where the image runs.  The host's side (osxdk test boot) compares several boots. */
#include "mm/paging.h"
#include <osxtd/console.h>
#include <osxtd/fmt.h>
#include <osxtd/ktest.h>

#include "boot_info.h"
#include "symbols.h"

enum : u64 { STEP = 2 << 20, LOADED_AT = 0x80200000, LINKED_AT = KIMAGE_BASE + LOADED_AT };

/* Addresses that the compiler and the linker stored in tables. */
static const char *const texts[] = { "one", "two" };
static u64 (*const functions[])(void) = { kimage_base };

KTEST(kaslr, the_image_is_where_its_offset_says)
{
	u8 line[64] = {};
	struct text out = text_in(span_of(line));
	struct str value = {}, name = {};
	u64 into = 0, base = address_of_(kernel_text_start);
	FMT(&out, "# kernel offset 0x{x}\n", kernel_slide);
	console_write(str_bytes(text_str(&out)));
	EXPECT_EQ(kernel_slide % STEP, 0);
	EXPECT_EQ(base, LINKED_AT + kernel_slide);
	EXPECT(address_of_(kernel_end) > base && address_of_(kernel_end) < ~0ull - STEP);
	EXPECT(!boot_option(STR("nokaslr"), &value) || kernel_slide == 0);
	EXPECT_EQ(boot_info.kernel_start, LOADED_AT);
	EXPECT(symbol_find(address_of_(&symbol_find), &name, &into));
	EXPECT(into == 0 && str_equal(name, STR("symbol_find")));
}

KTEST(kaslr, stored_addresses_moved_with_the_image)
{
	EXPECT(str_equal(str_of_cstr(array_at(texts, 1)), STR("two")));
	EXPECT(address_of_(array_at(texts, 0)) >= address_of_(kernel_text_end) &&
	       address_of_(array_at(texts, 0)) < address_of_(kernel_end));
	EXPECT_EQ(array_at(functions, 0)(), KIMAGE_BASE + kernel_slide);
	EXPECT(address_of_(array_at(functions, 0)) >= address_of_(kernel_text_start) &&
	       address_of_(array_at(functions, 0)) < address_of_(kernel_text_end));
}
