/* SPDX-License-Identifier: MPL-2.0 */
/* acpi - finding the tables and reading MADT, FADT, SPCR and HPET; see acpi.h.  The DSDT's one
 * object is in acpi_s5.c. */
#include "acpi/acpi.h"

#include <osxtd/span.h>

#include "acpi/acpi_s5.h"
#include "boot_read.h"

struct acpi_info shared acpi_info = {
	.local_apic = 0xfee00000,
	.sleep_control.space = ACPI_NONE,
	.reset.space = ACPI_NONE,
	.uart.space = ACPI_NONE,
};

enum : u32 { HEADER_BYTES = 36, TABLE_MAX = 4 << 20, TABLES_MAX = 128 };

struct table_header {
	u32 signature, length;
	u8 revision, checksum;
	char ids[26];
} __attribute__((packed));
static_assert(sizeof(struct table_header) == HEADER_BYTES);

static u64 sum_of(struct cspan s)
{
	u8 sum = 0;
	for (usize i = 0; i < cspan_len(s); i++)
		sum = (u8)(sum + cspan_get(s, i));
	return sum;
}

/* The whole table at address; empty when it is not sound. */
static struct cspan table_at(u64 address, u32 *signature)
{
	struct table_header h = {};
	if (address == 0 || !cspan_read(boot_physical(address, HEADER_BYTES), 0, &h) ||
	    h.length < HEADER_BYTES || h.length > TABLE_MAX)
		return (struct cspan){};
	*signature = h.signature;
	return boot_physical(address, h.length);
}

ALWAYS_INLINE u32 tag(const char name[4])
{
	return (u32)(u8)name[0] | (u32)(u8)name[1] << 8 | (u32)(u8)name[2] << 16 |
	       (u32)(u8)name[3] << 24;
}

static struct acpi_register register_at(struct cspan s, u64 off)
{
	struct acpi_register r = { ACPI_NONE, boot_number(s, off + 4, 8) };
	u64 space = boot_number(s, off, 1);
	if (r.address != 0 &&
	    (space == ACPI_MEMORY || (space == ACPI_PORT && r.address <= UINT16_MAX)))
		r.space = (enum acpi_space)space;
	return r;
}

static u16 port_of(u64 v)
{
	return v <= UINT16_MAX ? (u16)v : 0;
}

static void read_override(struct acpi_info *a, struct cspan e)
{
	if (cspan_len(e) < 10 || a->override_count == ACPI_OVERRIDES_MAX)
		return;
	u64 flags = boot_number(e, 8, 2);
	array_at(a->overrides, a->override_count) = (struct acpi_override){
		.isa = (u32)boot_number(e, 3, 1),
		.gsi = (u32)boot_number(e, 4, 4),
		.is_low = (flags & 3) == 3,
		.is_level = (flags >> 2 & 3) == 3,
	};
	a->override_count++;
}

static void read_madt_entry(struct acpi_info *a, struct cspan e)
{
	switch (boot_number(e, 0, 1)) {
	case 0:	  /* local APIC: usable when enabled */
	case 9: { /* the same for x2APIC ids */
		bool is_x2 = boot_number(e, 0, 1) == 9;
		u64 id = is_x2 ? boot_number(e, 4, 4) : boot_number(e, 3, 1);
		u64 flags = is_x2 ? boot_number(e, 8, 4) : boot_number(e, 4, 4);
		if ((flags & 1) != 0 && a->cpu_count < ACPI_CPUS_MAX) {
			array_at(a->cpu_ids, a->cpu_count) = (u32)id;
			a->cpu_count++;
		}
		break;
	}
	case 17: /* LoongArch's core */
		if ((boot_number(e, 11, 4) & 1) != 0 && a->cpu_count < ACPI_CPUS_MAX) {
			array_at(a->cpu_ids, a->cpu_count) = (u32)boot_number(e, 7, 4);
			a->cpu_count++;
		}
		break;
	case 1: /* I/O APIC */
		if (cspan_len(e) >= 12 && a->ioapic_count < ACPI_IOAPICS_MAX) {
			array_at(a->ioapics, a->ioapic_count) = (struct acpi_ioapic){
				(u32)boot_number(e, 4, 4), (u32)boot_number(e, 8, 4)
			};
			a->ioapic_count++;
		}
		break;
	case 2:
		read_override(a, e);
		break;
	case 5:
		a->local_apic = boot_number(e, 4, 8);
		break;
	case 21: /* message interrupts of a bridge */
		a->msi_pic = boot_number(e, 3, 8);
		a->msi_first = (u32)boot_number(e, 11, 4);
		a->msi_count = (u32)boot_number(e, 15, 4);
		break;
	case 22: /* I/O interrupts of a bridge */
		a->bio_pic = boot_number(e, 3, 8);
		a->bio_pic_first_gsi = (u32)boot_number(e, 15, 2);
		break;
	default:
		break;
	}
}

static void read_madt(struct acpi_info *a, struct cspan t)
{
	a->local_apic = boot_number(t, HEADER_BYTES, 4);
	for (u64 off = HEADER_BYTES + 8; off + 2 <= cspan_len(t);) {
		struct cspan entry = {};
		u64 length = boot_number(t, off + 1, 1);
		if (length < 2 || !cspan_try_sub(t, off, length, &entry))
			return;
		read_madt_entry(a, entry);
		off += length;
	}
}

static void read_fadt(struct acpi_info *a, struct cspan t)
{
	u64 flags = boot_number(t, 112, 4);
	a->is_hw_reduced = (flags >> 20 & 1) != 0;
	if (!a->is_hw_reduced) {
		a->smi_command = port_of(boot_number(t, 48, 4));
		a->acpi_enable = (u8)boot_number(t, 52, 1);
		a->pm1a_control = port_of(boot_number(t, 64, 4));
		a->pm1b_control = port_of(boot_number(t, 68, 4));
		a->pm_timer_port = port_of(boot_number(t, 76, 4));
	} else {
		a->sleep_control = register_at(t, 244);
	}
	if ((flags >> 10 & 1) != 0) {
		a->reset = register_at(t, 116);
		a->reset_value = (u8)boot_number(t, 128, 1);
	}
	u32 signature = 0;
	u64 dsdt = boot_number(t, 140, 8);
	struct cspan d = table_at(dsdt != 0 ? dsdt : boot_number(t, 40, 4), &signature);
	if (signature == tag("DSDT"))
		a->has_s5 = acpi_find_s5(d, &a->s5_type_a, &a->s5_type_b);
}

static void read_spcr(struct acpi_info *a, struct cspan t)
{
	a->uart = register_at(t, 40);
	a->uart_gsi = (u32)boot_number(t, 54, 4);
}

static void read_table(struct acpi_info *a, u64 address)
{
	u32 signature = 0;
	struct cspan t = table_at(address, &signature);
	if (signature == tag("APIC"))
		read_madt(a, t);
	else if (signature == tag("FACP"))
		read_fadt(a, t);
	else if (signature == tag("SPCR"))
		read_spcr(a, t);
	else if (signature == tag("HPET") && boot_number(t, 40, 1) == ACPI_MEMORY)
		a->hpet = boot_number(t, 44, 8);
}

static bool is_rsdp(u64 address)
{
	struct cspan s = boot_physical(address, 20);
	return boot_number(s, 0, 8) == 0x2052545020445352 /* "RSD PTR " */ && sum_of(s) == 0;
}

u64 acpi_find_rsdp(void)
{
	for (u64 at = 0xe0000; at < 0x100000; at += 16) {
		if (is_rsdp(at))
			return at;
	}
	return 0;
}

void acpi_init(u64 rsdp)
{
	struct acpi_info *a = &acpi_info;
	if (rsdp == 0 || !is_rsdp(rsdp))
		return;
	struct cspan root = boot_physical(rsdp, 36);
	u32 signature = 0, entry_bytes = 8;
	u64 root_table = boot_number(root, 15, 1) >= 2 ? boot_number(root, 24, 8) : 0;
	struct cspan t = table_at(root_table, &signature);
	if (signature != tag("XSDT")) {
		entry_bytes = 4;
		t = table_at(boot_number(root, 16, 4), &signature);
		if (signature != tag("RSDT"))
			return;
	}
	a->found = true;
	for (u32 i = 0; i < TABLES_MAX; i++) {
		u64 off = HEADER_BYTES + (u64)i * entry_bytes;
		if (off + entry_bytes > cspan_len(t))
			break;
		read_table(a, boot_number(t, off, entry_bytes));
	}
}
