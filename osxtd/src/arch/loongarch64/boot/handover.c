// SPDX-License-Identifier: MPL-2.0
/* handover - see handover.h. */
#include "arch/loongarch64/boot/handover.h"

#include "mm/paging.h"
#include <arch/random.h>

#include "../platform.h"
#include "boot_ranges.h"
#include "efi/tables.h"
#include "fdt/fdt_memory.h"

struct platform shared platform;

static u32 tree_bytes(u64 address)
{
	return fdt_size(boot_physical(address, FDT_HEADER_BYTES));
}

/* ---- the device tree ---- */

static void read_seed(struct platform *p, struct cspan seed)
{
	for (u32 i = 0; i < PLATFORM_SEED_WORDS && (i + 1) * 8 <= cspan_len(seed); i++) {
		array_at(p->seed, i) = boot_number(seed, i * 8, 8);
		p->seed_words = i + 1;
	}
}

/* The first address of the first device compatible with id, 0 when there is none. */
static u64 device_address(const struct fdt *f, struct str id)
{
	struct fdt_node n = {};
	u64 address = 0, size = 0;
	return fdt_next_compatible(f, id, &n) && fdt_reg(f, &n, 0, &address, &size) ? address : 0;
}

/* Cell 0 of the node's interrupts. */
static u32 interrupt_of(const struct fdt *f, const struct fdt_node *n)
{
	struct cspan cells = {};
	u32 line = 0;
	if (!fdt_property(f, n, STR("interrupts"), &cells) || !fdt_cell(cells, 0, &line))
		return UINT32_MAX;
	return line;
}

/* The port that stdout-path names, else the first one. */
static void read_console(struct platform *p, const struct fdt *f, struct str path)
{
	struct fdt_node n = {};
	u64 address = 0, size = 0;
	struct str name = str_len(path) != 0 ? str_from(path, 1) : path;
	while (fdt_next_compatible(f, STR("ns16550a"), &n)) {
		bool is_named = str_equal(n.name, name);
		if (!fdt_reg(f, &n, 0, &address, &size) || (p->uart != 0 && !is_named))
			continue;
		p->uart = address;
		p->uart_line = interrupt_of(f, &n);
	}
}

static u64 address_of_phandle(const struct fdt *f, u64 phandle)
{
	struct fdt_node n = {};
	u64 v = 0, address = 0, size = 0;
	while (fdt_next(f, &n)) {
		if (fdt_number(f, &n, STR("phandle"), &v) && v == phandle)
			return fdt_reg(f, &n, 0, &address, &size) ? address : 0;
	}
	return 0;
}

/* A register of another device that does id.  Spec: Linux devicetree bindings, syscon-poweroff. */
static struct platform_register read_syscon(const struct fdt *f, struct str id)
{
	struct fdt_node n = {};
	u64 map = 0, offset = 0, value = 0;
	if (!fdt_next_compatible(f, id, &n) || !fdt_number(f, &n, STR("regmap"), &map) ||
	    !fdt_number(f, &n, STR("offset"), &offset) || !fdt_number(f, &n, STR("value"), &value))
		return (struct platform_register){};
	u64 base = address_of_phandle(f, map);
	return (struct platform_register){ base == 0 ? 0 : wrap_add(base, offset), (u8)value };
}

static void read_messages(const struct fdt *f, struct platform *p)
{
	struct fdt_node n = {};
	u64 size = 0, first = 0, count = 0;
	if (!fdt_next_compatible(f, STR("loongson,pch-msi-1.0"), &n) ||
	    !fdt_reg(f, &n, 0, &p->pch_msi, &size) ||
	    !fdt_number(f, &n, STR("loongson,msi-base-vec"), &first) ||
	    !fdt_number(f, &n, STR("loongson,msi-num-vecs"), &count))
		return;
	p->msi_first = (u32)first;
	p->msi_count = (u32)count;
}

static void read_cpus(const struct fdt *f, struct platform *p)
{
	u64 id = 0, size = 0;
	for (struct fdt_node n = {}; fdt_next(f, &n) && p->cpu_count < CPU_MAX;) {
		if (!str_equal(fdt_text(f, &n, STR("device_type")), STR("cpu")) ||
		    !fdt_reg(f, &n, 0, &id, &size) || id > UINT32_MAX)
			continue;
		array_at(p->cpus, p->cpu_count++) = (u32)id;
	}
}

void handover_device_tree(struct boot_info *b, struct platform *p, struct cspan blob)
{
	struct fdt f = {};
	struct fdt_node chosen = {};
	struct cspan seed = {};
	struct str path = {};
	if (!fdt_open(blob, &f))
		return;
	p->is_tree = true;
	if (b->range_count == 0)
		fdt_read_memory(&f, b);
	if (fdt_find(&f, STR("chosen"), 1, &chosen)) {
		path = fdt_text(&f, &chosen, STR("stdout-path"));
		if (fdt_property(&f, &chosen, STR("rng-seed"), &seed))
			read_seed(p, seed);
	}
	read_console(p, &f, path);
	read_cpus(&f, p);
	p->off = read_syscon(&f, STR("syscon-poweroff"));
	p->reset = read_syscon(&f, STR("syscon-reboot"));
	p->rtc = device_address(&f, STR("loongson,ls7a-rtc"));
	p->pch_pic = device_address(&f, STR("loongson,pch-pic-1.0"));
	read_messages(&f, p);
}

/* ---- what entry code calls ---- */

void handover_read(u64 is_efi, u64 command_line, u64 system_table)
{
	if (is_efi != 1)
		return;
	u64 tree = 0;
	if (!efi_read_tables(&boot_info, system_table, &tree))
		return;
	boot_read_command_line(&boot_info, command_line);
	if (tree != 0)
		handover_device_tree(&boot_info, &platform, boot_physical(tree, tree_bytes(tree)));
	boot_ranges_separate(&boot_info);
}

u64 handover_seed(void)
{
	u64 v = 0;
	for (u32 i = 0; i < platform.seed_words; i++)
		v = wrap_mul(v ^ array_at(platform.seed, i), 0x9e3779b97f4a7c15);
	return v;
}

bool arch_random(u64 *out)
{
	if (platform.seed_used >= platform.seed_words)
		return false;
	u64 *word = &array_at(platform.seed, platform.seed_used);
	*out = *word;
	*word = 0;
	platform.seed_used++;
	return true;
}

struct str boot_protocol(void)
{
	return boot_info.is_efi ? STR("linux-efi") : STR("linux");
}
