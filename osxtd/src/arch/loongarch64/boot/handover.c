// SPDX-License-Identifier: MPL-2.0
/* handover - see handover.h. */
#include "arch/loongarch64/boot/handover.h"

#include "mm/paging.h"
#include <arch/random.h>

#include "../platform.h"
#include "boot_ranges.h"
#include "fdt/fdt_memory.h"

struct platform shared platform;

/* ---- the EFI system table ---- */

enum : u64 {
	SYSTEM_TABLE_SIGNATURE = 0x5453595320494249, /* "IBI SYST" */
	SYSTEM_TABLE_BYTES = 120,
	TABLE_COUNT = 104,
	TABLES = 112,
	TABLE_BYTES = 24,
	TABLE_COUNT_MAX = 64,
	/* The halves of the GUIDs as they lie in memory. */
	INITRD_LOW = 0x4f3d68fc5568e427,
	INITRD_HIGH = 0x68cc315255ca74ac,
	TREE_LOW = 0x41a5f19cb1b621d5,
	TREE_HIGH = 0xe0aa692c15d90b83,
};

static void read_initrd(struct boot_info *b, u64 address)
{
	struct cspan record = boot_physical(address, 16);
	boot_set_initrd(b, boot_number(record, 0, 8), boot_number(record, 8, 8));
}

static void read_tree(struct boot_info *b, struct platform *p, u64 address)
{
	u32 size = fdt_size(boot_physical(address, FDT_HEADER_BYTES));
	handover_device_tree(b, p, boot_physical(address, size));
}

void handover_system_table(struct boot_info *b, struct platform *p, u64 address)
{
	struct cspan s = boot_physical(address, SYSTEM_TABLE_BYTES);
	if (boot_number(s, 0, 8) != SYSTEM_TABLE_SIGNATURE)
		return;
	u64 count = min_of(boot_number(s, TABLE_COUNT, 8), (u64)TABLE_COUNT_MAX);
	struct cspan tables = boot_physical(boot_number(s, TABLES, 8), count * TABLE_BYTES);
	for (u64 at = 0; at < cspan_len(tables); at += TABLE_BYTES) {
		u64 low = boot_number(tables, at, 8), high = boot_number(tables, at + 8, 8);
		u64 where = boot_number(tables, at + 16, 8);
		if (low == INITRD_LOW && high == INITRD_HIGH)
			read_initrd(b, where);
		else if (low == TREE_LOW && high == TREE_HIGH)
			read_tree(b, p, where);
	}
	b->is_efi = true;
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

void handover_device_tree(struct boot_info *b, struct platform *p, struct cspan blob)
{
	struct fdt f = {};
	struct fdt_node chosen = {};
	struct cspan seed = {};
	struct str path = {};
	if (!fdt_open(blob, &f))
		return;
	fdt_read_memory(&f, b);
	if (fdt_find(&f, STR("chosen"), 1, &chosen)) {
		path = fdt_text(&f, &chosen, STR("stdout-path"));
		if (fdt_property(&f, &chosen, STR("rng-seed"), &seed))
			read_seed(p, seed);
	}
	read_console(p, &f, path);
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
	boot_read_command_line(&boot_info, command_line);
	handover_system_table(&boot_info, &platform, system_table);
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
	return boot_info.is_efi ? STR("linux-efi") : STR("unknown");
}
