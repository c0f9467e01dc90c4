/* SPDX-License-Identifier: MPL-2.0 */
/* fdt_memory - see fdt_memory.h. */
#include "fdt/fdt_memory.h"

#include "boot_ranges.h"

enum : u32 { RESERVATIONS_MAX = 64 };

static void add_regs(const struct fdt *f, const struct fdt_node *n, struct boot_info *b,
		     enum boot_range_kind kind)
{
	u64 start = 0, size = 0;
	for (u32 i = 0; fdt_reg(f, n, i, &start, &size); i++)
		boot_range_add(b, start, size, kind);
}

void fdt_read_memory(const struct fdt *f, struct boot_info *b)
{
	for (struct fdt_node n = {}; fdt_next(f, &n);) {
		if (n.depth == 1 && str_equal(fdt_text(f, &n, STR("device_type")), STR("memory")))
			add_regs(f, &n, b, BOOT_RAM);
	}
	u64 start = 0, size = 0;
	for (u32 i = 0; i < RESERVATIONS_MAX && fdt_reservation(f, i, &start, &size); i++)
		boot_range_add(b, start, size, BOOT_RESERVED);
	struct fdt_node parent = {};
	if (!fdt_find(f, STR("reserved-memory"), 1, &parent))
		return;
	for (struct fdt_node n = parent; fdt_next_inside(f, &parent, &n);)
		add_regs(f, &n, b, BOOT_RESERVED);
}
