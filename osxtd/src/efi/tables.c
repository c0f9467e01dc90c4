/* SPDX-License-Identifier: MPL-2.0 */
/* tables - see tables.h. */
#include "efi/tables.h"

#include "boot_ranges.h"
#include "efi/guids.h"

enum : u64 {
	SIGNATURE = 0x5453595320494249, /* "IBI SYST" */
	SYSTEM_TABLE_BYTES = 120,
	RUNTIME_SERVICES = 88,
	TABLE_COUNT = 104,
	TABLES = 112,
	TABLE_BYTES = 24,
	TABLE_COUNT_MAX = 64,

	RECORD_BYTES = 40, /* struct efi_memory_record */
	MAP_BYTES_MAX = 1 << 20,
	ENTRY_BYTES_MIN = 40, /* struct efi_memory */
	EFI_PAGE = 4096,
};

static enum boot_range_kind kind_of(u64 type)
{
	if (efi_is_ram(type))
		return BOOT_RAM;
	return type == EFI_ACPI_TABLES ? BOOT_ACPI : BOOT_RESERVED;
}

/* Firmware has many small entries: neighbours of one kind become one. */
static void read_map(struct boot_info *b, struct cspan map, u64 entry_bytes)
{
	u64 start = 0, end = 0;
	enum boot_range_kind kind = BOOT_RESERVED;
	for (u64 at = 0; at + ENTRY_BYTES_MIN <= cspan_len(map); at += entry_bytes) {
		enum boot_range_kind k = kind_of(boot_number(map, at, 4));
		u64 first = boot_number(map, at + 8, 8), pages = boot_number(map, at + 24, 8);
		u64 bytes = 0, behind = 0;
		if (!ckd_mul(pages, (u64)EFI_PAGE, &bytes) || !ckd_add(first, bytes, &behind))
			continue;
		if (first != end || k != kind) {
			boot_range_add(b, start, end - start, kind);
			start = first;
			kind = k;
		}
		end = behind;
	}
	boot_range_add(b, start, end - start, kind);
}

static void read_memory(struct boot_info *b, u64 address)
{
	struct cspan record = boot_physical(address, RECORD_BYTES);
	u64 bytes = boot_number(record, 0, 8), entry_bytes = boot_number(record, 8, 8);
	if (bytes > MAP_BYTES_MAX || entry_bytes < ENTRY_BYTES_MIN || entry_bytes > EFI_PAGE)
		return;
	read_map(b, boot_physical(address + RECORD_BYTES, bytes), entry_bytes);
}

static void read_initrd(struct boot_info *b, u64 address)
{
	struct cspan record = boot_physical(address, 16);
	boot_set_initrd(b, boot_number(record, 0, 8), boot_number(record, 8, 8));
}

static void read_table(struct boot_info *b, u64 low, u64 high, u64 address, u64 *tree)
{
	if (low == EFI_INITRD_LOW && high == EFI_INITRD_HIGH)
		read_initrd(b, address);
	else if (low == EFI_MEMORY_LOW && high == EFI_MEMORY_HIGH)
		read_memory(b, address);
	else if (low == EFI_TREE_LOW && high == EFI_TREE_HIGH)
		*tree = address;
	else if (low == EFI_ACPI2_LOW && high == EFI_ACPI2_HIGH)
		b->rsdp = address;
}

bool efi_read_tables(struct boot_info *b, u64 system_table, u64 *tree)
{
	struct cspan s = boot_physical(system_table, SYSTEM_TABLE_BYTES);
	if (boot_number(s, 0, 8) != SIGNATURE)
		return false;
	u64 count = min_of(boot_number(s, TABLE_COUNT, 8), (u64)TABLE_COUNT_MAX);
	struct cspan tables = boot_physical(boot_number(s, TABLES, 8), count * TABLE_BYTES);
	for (u64 at = 0; at < cspan_len(tables); at += TABLE_BYTES)
		read_table(b, boot_number(tables, at, 8), boot_number(tables, at + 8, 8),
			   boot_number(tables, at + 16, 8), tree);
	b->is_efi = boot_number(s, RUNTIME_SERVICES, 8) != 0;
	return true;
}
