/* SPDX-License-Identifier: MPL-2.0 */
/* trap_test - faults the kernel survives, names of places, and parsers of what firmware wrote. */
#include "mm/paging.h"
#include <osxtd/irq.h>
#include <osxtd/ktest.h>

#include "backtrace.h"
#include "core/extable.h"
#include "panic.h"
#include "symbols.h"
#include "ud.h"

KTEST(trap, a_listed_fault_goes_to_its_fixup)
{
	u64 v = 1;
	EXPECT(kernel_peek(address_of_(&v), &v));
	EXPECT_EQ(v, 1);
	EXPECT(!kernel_peek(MMIO_BASE - PAGE_SIZE, &v)); /* nothing is mapped there: page fault */
	EXPECT(!kernel_peek(0x8000000000000000, &v));	 /* not canonical: general protection */
	EXPECT(!kernel_peek(0x1000, &v));
	EXPECT_EQ(extable_find(address_of_(kernel_text_start)), 0);
}

KTEST(trap, kernel_text_is_read_only_and_data_not_executable)
{
	bool good = true;
	UNSAFE("1. the store faults and goes on at 3, or the test has found what it looks for")
	{
		__asm__ volatile("1: movb $0x90, (%1)\n2:\n"
				 ".pushsection .entry.text, \"ax\"\n3: xorl %k0, %k0\njmp "
				 "2b\n.popsection\n" EXTABLE_STR("1b", "3b")
				 : "+r"(good)
				 : "r"(kernel_text_start)
				 : "memory");
	}
	EXPECT(!good);
}

KTEST(symbols, finds_the_function_that_holds_an_address)
{
	static const u8 parts[] = { 0, 1, 2 };
	static const u32 offsets[] = { 0x10, 0x20, 0x40 }, names[] = { 0, 2, 4 };
	static const struct osxtd_symtab tab = { 3, offsets, names, "a\0b\0c", parts };
	struct str name = {};
	u64 into = 0;
	EXPECT(!symtab_find(&tab, 0xf, &name, &into));
	EXPECT(symtab_find(&tab, 0x10, &name, &into) && str_equal(name, STR("a")) && into == 0);
	EXPECT(symtab_find(&tab, 0x3f, &name, &into) && str_equal(name, STR("b")) && into == 0x1f);
	EXPECT(symtab_find(&tab, 0x1000, &name, &into) && str_equal(name, STR("c")));
	static const struct osxtd_symtab none = {};
	EXPECT(!symtab_find(&none, 0, &name, &into));
	EXPECT(symbol_find(address_of_(&symbol_find), &name, &into));
	EXPECT(str_equal(name, STR("symbol_find")));
}

KTEST(trap, backtrace_reaches_callers)
{
	u64 fp = frame_pointer(), ip = 0;
	u32 depth = 0;
	while (depth < 64 && arch_unwind(&fp, &ip))
		depth++;
	EXPECT(depth >= 2 && depth < 64);
	fp = 0x1001;
	EXPECT(!arch_unwind(&fp, &ip));
}

KTEST(trap, checks_of_the_compiler_have_names)
{
	static const u8 overflow[8] = { 0x67, 0x0f, 0xb9, 0x00 },
			bounds[8] = { 0x67, 0x0f, 0xb9, 0x40, 0x12 };
	EXPECT(str_equal(str_of_cstr(ud_reason(address_of_(overflow))), STR("addition overflows")));
	EXPECT(str_equal(str_of_cstr(ud_reason(address_of_(bounds))), STR("index out of bounds")));
}

static void ignore(u32 line)
{
	(void)line;
}

KTEST(irq, lines_are_claimed_once)
{
	EXPECT_EQ(irq_claim(1000, ignore), ERR_INVAL);
	EXPECT_EQ(irq_claim(90, ignore), ERR_INVAL); /* no I/O APIC reaches so far */
	EXPECT(!irq_in_handler());
}
