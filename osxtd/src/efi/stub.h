/* SPDX-License-Identifier: MPL-2.0 */
/*
 * stub - the half of a kernel image's EFI stub that all architectures share.
 *
 * The image is an EFI application.  Its stub collects what the kernel wants to know, leaves boot
 * services, and hands over as a loader of the architecture's own protocol would.  It is a program
 * of its own, linked at address 0 and without relocations: no pointers in static data.  The kernel
 * never calls it.
 *
 *   Context:  boot services; memory mapped one to one.
 */
#pragma once
#include "efi/efi.h"

/* The kernel, which runs at one physical place. */
struct efi_payload {
	const u8 *start;
	u64 bytes; /* whole pages */
	u64 place;
	u64 limit; /* its first page tables reach memory below */
};

struct efi_found {
	char *command_line; /* ends with 0; in loader memory */
	u64 initrd_start, initrd_bytes;
	u64 rsdp, tree;			 /* 0: none */
	u64 map, map_bytes, entry_bytes; /* of struct efi_memory; efi_leave fills it */
};

/* Prints a line on the firmware's console. */
void efi_say(struct efi_system_table *t, const char *line);
/* Pages below limit; 0 when there are none. */
u64 efi_pages(struct efi_system_table *t, u64 bytes, u64 limit);
/*
 * Puts the kernel to its place and fills all but the memory map: load options, an archive that the
 * loader offers by LoadFile2, the roots of ACPI and of the device tree.  Everything is below the
 * limit; the archive is also a table of the firmware.  EFI_LOAD_ERROR when this is not the
 * running image, EFI_OUT_OF_RESOURCES; the console says why.
 * Spec:  Linux Documentation/arch/x86/boot.rst (LINUX_EFI_INITRD_MEDIA_GUID).
 */
efi_status efi_load(efi_handle image, struct efi_system_table *t, const struct efi_payload *p,
		    struct efi_found *out);
/* Takes the memory map, also as a table of the firmware, and ends boot services; nothing of the
 * firmware may be called afterwards. */
efi_status efi_leave(efi_handle image, struct efi_system_table *t, u64 limit,
		     struct efi_found *out);
