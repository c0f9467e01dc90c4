// SPDX-License-Identifier: MPL-2.0
/* trap_test - faults the kernel survives, names of places, interrupts by message. */
#include <osxtd/cpu.h>
#include <osxtd/irq.h>
#include <osxtd/ktest.h>
#include <osxtd/timer.h>

#include "backtrace.h"
#include "check.h"
#include "core/extable.h"
#include "mm/paging.h"
#include "panic.h"
#include "platform.h"
#include "symbols.h"

KTEST(trap, a_listed_fault_goes_to_its_fixup)
{
	u64 v = 1;
	EXPECT(kernel_peek(address_of_(&v), &v));
	EXPECT_EQ(v, 1);
	EXPECT(!kernel_peek(MMIO_BASE - PAGE_SIZE, &v)); /* nothing is mapped there: page fault */
	EXPECT(!kernel_peek(0x8000000000000000, &v));	 /* not canonical: address error */
	EXPECT(!kernel_peek(0x1000, &v));
	EXPECT_EQ(extable_find(address_of_(kernel_text_start)), 0);
}

static bool write_code(void)
{
	UNSAFE("1. the store faults and goes on at the label, or the test has found what it looks "
	       "for")
	{
		__asm__ goto("1: st.b $zero, %0, 0\n" EXTABLE_STR("1b", "%l[fault]")
			     :
			     : "r"(kernel_text_start)
			     : "memory"
			     : fault);
	}
	return true;
fault:
	return false;
}

KTEST(trap, kernel_text_is_read_only_and_data_not_executable)
{
	EXPECT(!write_code());
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
	static const u32 code[4] = { 0x38600400, 0x002a0000, 0x03400000, 0x002a0005 };
	u64 at = address_of_(code);
	EXPECT(str_equal(str_of_cstr(check_reason(at)), STR("a check of the compiler failed")));
	EXPECT(str_equal(str_of_cstr(check_reason(at + 4)),
			 STR("indirect call of the wrong type, or unreachable code")));
	EXPECT(check_reason(at + 8) == nullptr);
	EXPECT(check_reason(at + 12) == nullptr);
	EXPECT(check_reason(at + 1) == nullptr);
	EXPECT(check_reason(0x1000) == nullptr);
}

static void ignore(u32 line)
{
	(void)line;
}

KTEST(irq, lines_are_claimed_once)
{
	KEEPS("a line is claimed for good");
	EXPECT_EQ(irq_claim(1000, ignore), ERR_INVAL);
	EXPECT_EQ(irq_claim(63, ignore), OK); /* the last wire */
	EXPECT_EQ(irq_claim(63, ignore), ERR_BUSY);
	EXPECT(!irq_in_handler());
}

static u32 shared messages OWNER(ktest);

static void count_message(u32 line)
{
	messages += line == platform.msi_first + 5 && irq_in_handler();
}

KTEST(irq, a_message_is_an_interrupt)
{
	KEEPS("a line is claimed for good");
	if (platform.pch_msi == 0)
		return;
	u32 line = platform.msi_first + 5;
	u64 before = irq_count(line);
	struct mmio doorbell = kernel_map_mmio(platform.pch_msi, 8);
	EXPECT_OK(irq_claim(line, count_message));
	EXPECT_EQ(irq_claim(line, count_message), ERR_BUSY);
	EXPECT_EQ(irq_claim(platform.msi_first + platform.msi_count, ignore), ERR_INVAL);
	for (u32 i = 0; i < 3; i++)
		mmio_write32(doorbell, 0, line);
	u64 end = clock_monotonic_ns() + 1000000000;
	while (irq_count(line) == before && clock_monotonic_ns() < end)
		cpu_relax();
	EXPECT(messages >= 1 && irq_count(line) == before + messages);
	mmio_write32(doorbell, 0, line + 1); /* nobody's: ignored */
}
