/* SPDX-License-Identifier: MPL-2.0 */
/*
 * boot - from the device tree to boot_info, and the order of boot up to the part that all
 * architectures share.
 *
 * The tree is the firmware's: its pages are kept out of the allocator's hands as long as the system
 * runs, and each number in it is checked before it is used.
 *
 *   Spec:  Devicetree Specification 0.4, 3.4 (memory), 3.5 (reserved-memory), 3.6 (chosen).
 */
#include "arch/riscv64/boot/boot.h"

#include <arch/console.h>
#include "mm/paging.h"
#include <arch/random.h>
#include <arch/timer.h>

#include "arch/riscv64/irq.h"
#include "arch/riscv64/platform.h"
#include "boot_ranges.h"
#include "boot_read.h"
#include "efi/tables.h"
#include "fdt/fdt_memory.h"

enum : u32 { SEED_BYTES = 64 };

extern const u8 boot_stack_guard[PAGE_SIZE]; /* below the boot stack */
extern u64 shared __stack_chk_guard OWNER(boot);

struct seed {
	u8 bytes[SEED_BYTES];
	u32 used, len;
};
static struct seed shared seed OWNER(boot);
static bool shared has_tree OWNER(boot), is_image OWNER(boot);

static struct cspan tree_at(u64 address)
{
	return boot_physical(address, fdt_size(boot_physical(address, FDT_HEADER_BYTES)));
}

__attribute__((no_stack_protector)) void boot_seed_guard(u64 fdt)
{
	struct cspan tree = tree_at(fdt);
	u64 v = arch_counter();
	for (usize i = 0; i < cspan_len(tree); i++)
		v = wrap_mul(v ^ cspan_get(tree, i), 0x9e3779b97f4a7c15) ^ v >> 29;
	__stack_chk_guard = v << 8; /* a string function stops at the zero */
}

bool arch_random(u64 *out)
{
	u64 v = 0;
	if (seed.len - seed.used < sizeof(v))
		return false;
	for (u32 i = 0; i < sizeof(v); i++) {
		v = v << 8 | array_at(seed.bytes, seed.used);
		array_at(seed.bytes, seed.used++) = 0;
	}
	*out = v;
	return true;
}

/* ---- the tree ---- */

static void read_chosen(struct boot_info *b, const struct fdt *f)
{
	struct fdt_node n = {};
	struct cspan value = {};
	if (!fdt_find(f, STR("chosen"), 1, &n))
		return;
	boot_set_command_line(b, fdt_text(f, &n, STR("bootargs")));
	u64 start = 0, end = 0;
	if (fdt_number(f, &n, STR("linux,initrd-start"), &start) &&
	    fdt_number(f, &n, STR("linux,initrd-end"), &end) && start < end)
		boot_set_initrd(b, start, end - start);
	if (fdt_property(f, &n, STR("rng-seed"), &value)) {
		seed.len = (u32)min_of(cspan_len(value), (usize)SEED_BYTES);
		span_copy(span_sub(span_of(seed.bytes), 0, seed.len),
			  cspan_sub(value, 0, seed.len));
	}
}

/* EFI firmware's own map of memory, and what its loader said, come before the tree's. */
static void read_memory(struct boot_info *b, const struct fdt *f, u64 system_table,
			u64 command_line)
{
	u64 tree = 0;
	if (system_table != 0 && efi_read_tables(b, system_table, &tree))
		boot_read_command_line(b, command_line);
	if (b->range_count == 0)
		fdt_read_memory(f, b);
}

void boot_read(u64 hart, u64 fdt, u64 system_table, u64 command_line, bool by_image)
{
	struct fdt f = {};
	struct boot_info *b = &boot_info;
	struct cspan tree = tree_at(fdt);
	is_image = by_image;
	has_tree = cspan_len(tree) != 0 && fdt_open(tree, &f);
	if (!has_tree)
		return;
	read_chosen(b, &f);
	read_memory(b, &f, system_table, command_line);
	boot_range_add(b, page_down(fdt), page_up(fdt + cspan_len(tree)) - page_down(fdt),
		       BOOT_ACPI);
	boot_ranges_separate(b);
	devices_read(&f, hart);
}

/* ---- the order of boot ---- */

struct str boot_protocol(void)
{
	if (!is_image)
		return STR("sbi");
	return boot_info.is_efi ? STR("linux-efi") : STR("linux");
}

void arch_boot(void)
{
	cpu_init();
	arch_console_init();
	if (!has_tree || boot_info.range_count == 0)
		panic("the firmware left no device tree with memory in it");
	if (platform.timebase_hz == 0)
		panic("the device tree does not tell how fast the clock runs");
	boot_info.kernel_start = address_of_(kernel_text_start) - kimage_base();
	boot_info.kernel_end = address_of_(kernel_end) - kimage_base();
	boot_continue();
}

void arch_platform_init(void)
{
	(void)paging_unmap_page(address_of_(boot_stack_guard));
	irq_init();
	power_init();
	rtc_init();
	timer_enable();
	ipi_enable();
}
