/* SPDX-License-Identifier: MPL-2.0 */
/*
 * stub - from EFI firmware to the kernel by Linux's 64-bit boot protocol; see efi/stub.h.
 */
#include "efi/stub.h"

#include "image.h"

/* Hidden, so that their addresses are reckoned from here and not read from a table of them. */
[[gnu::visibility("hidden")]] extern const u8 payload_start[], payload_end[];

enum : u64 {
	LIMIT = 0xfffff000, /* what the kernel's first page tables reach */
	PARAMS_BYTES = 4096,
	RSDP = 0x70,
	INITRD_HIGH = 0xc0,
	INITRD_SIZE_HIGH = 0xc4,
	COMMAND_LINE_HIGH = 0xc8,
	EFI_SIGNATURE = 0x1c0,
	E820_COUNT = 0x1e8,
	HEADER_MAGIC = 0x202,
	VERSION = 0x206,
	LOADER = 0x210,
	INITRD = 0x218,
	INITRD_SIZE = 0x21c,
	COMMAND_LINE = 0x228,
	E820 = 0x2d0,
	E820_BYTES = 20,
	E820_MAX = 128,
	HDRS = 0x53726448,
	EL64 = 0x34364c45,
};

UNSAFE("off and bytes are the constants above, within boot_params or its table")
static void put(u64 params, u64 off, u64 v, u64 bytes)
{
	__builtin_memcpy((u8 *)params + off, &v, bytes);
}

UNSAFE("as for put")
static u64 get(u64 params, u64 off, u64 bytes)
{
	u64 v = 0;
	__builtin_memcpy(&v, (const u8 *)params + off, bytes);
	return v;
}

static void put_wide(u64 params, u64 low, u64 high, u64 v)
{
	put(params, low, v, 4);
	put(params, high, v >> 32, 4);
}

static u64 e820_type(u32 type)
{
	if (efi_is_ram(type))
		return 1;
	switch (type) {
	case EFI_ACPI_TABLES:
		return 3;
	case EFI_ACPI_NVS:
		return 4;
	default:
		return 2;
	}
}

/* Neighbours of one type become one; what the table has no room for is not used. */
UNSAFE("the firmware described its map: entries of entry_bytes within map_bytes")
static void put_memory(u64 params, const struct efi_found *f)
{
	u64 count = 0, end = 0, last = 0;
	for (u64 at = 0; at + f->entry_bytes <= f->map_bytes; at += f->entry_bytes) {
		const struct efi_memory *m = (const struct efi_memory *)(f->map + at);
		u64 type = e820_type(m->type), bytes = m->pages * 4096;
		u64 entry = E820 + (count - 1) * E820_BYTES;
		if (count > 0 && m->start == end && type == last) {
			put(params, entry + 8, get(params, entry + 8, 8) + bytes, 8);
		} else if (count < E820_MAX) {
			entry += E820_BYTES;
			put(params, entry, m->start, 8);
			put(params, entry + 8, bytes, 8);
			put(params, entry + 16, type, 4);
			count++;
		} else {
			break;
		}
		end = m->start + bytes;
		last = type;
	}
	put(params, E820_COUNT, count, 1);
}

/* What efi_handover got from a loader stays; else it is made of what the firmware told. */
static void put_found(u64 params, const struct efi_found *f, bool is_ours)
{
	if (is_ours) {
		put(params, HEADER_MAGIC, HDRS, 4);
		put(params, VERSION, 0x20f, 2);
		put(params, LOADER, 0xff, 1);
		put_wide(params, COMMAND_LINE, COMMAND_LINE_HIGH, (u64)f->command_line);
		put_wide(params, INITRD, INITRD_HIGH, f->initrd_start);
		put_wide(params, INITRD_SIZE, INITRD_SIZE_HIGH, f->initrd_bytes);
	}
	put(params, RSDP, f->rsdp, 8);
	put(params, EFI_SIGNATURE, EL64, 4);
}

UNSAFE("1. the firmware gave us the memory written; 2. the kernel's doors are where image.h says")
static efi_status start(efi_handle image, struct efi_system_table *t, u64 params)
{
	const struct efi_payload kernel = { payload_start, (u64)(payload_end - payload_start),
					    KERNEL_ADDRESS, LIMIT };
	struct efi_found f = {};
	bool is_ours = params == 0;
	efi_status e = efi_load(image, t, &kernel, &f);
	if (e != EFI_OK)
		return e;
	if (is_ours) {
		params = efi_pages(t, PARAMS_BYTES, LIMIT);
		if (params == 0)
			return EFI_OUT_OF_RESOURCES;
		__builtin_memset((void *)params, 0, PARAMS_BYTES);
	}
	e = efi_leave(image, t, LIMIT, &f);
	if (e != EFI_OK)
		return e;
	put_found(params, &f, is_ours);
	put_memory(params, &f);
	__asm__ volatile("cli; jmp *%0" ::"r"((u64)ENTRY_64), "S"(params) : "memory");
	__builtin_unreachable();
}

/* The PE header's entry: by firmware. */
EFIAPI efi_status efi_entry(efi_handle image, struct efi_system_table *t);
EFIAPI efi_status efi_entry(efi_handle image, struct efi_system_table *t)
{
	return start(image, t, 0);
}

/* By a loader that made boot_params; there is nobody to return to. */
void stub_handover(efi_handle image, struct efi_system_table *t, u64 params);
void stub_handover(efi_handle image, struct efi_system_table *t, u64 params)
{
	(void)start(image, t, params);
	efi_say(t, "OmegaOS: cannot be started");
	for (;;)
		__asm__ volatile("hlt");
}
