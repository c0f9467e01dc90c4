/* SPDX-License-Identifier: MPL-2.0 */
/* guids - names of tables and protocols, as the two numbers that their 16 bytes make in memory. */
#pragma once
#include <osxtd/base.h>

enum : u64 {
	/* Tables.  8868e871-e4f1-11d3-bc22-0080c73c8881, eb9d2d30-2d88-11d3-9a16-0090273fc14d */
	EFI_ACPI2_LOW = 0x11d3e4f18868e871,
	EFI_ACPI2_HIGH = 0x81883cc7800022bc,
	EFI_ACPI1_LOW = 0x11d32d88eb9d2d30,
	EFI_ACPI1_HIGH = 0x4dc13f279000169a,
	/* The device tree: b1b621d5-f19c-41a5-830b-d9152c69aae0 */
	EFI_TREE_LOW = 0x41a5f19cb1b621d5,
	EFI_TREE_HIGH = 0xe0aa692c15d90b83,
	/* Linux's: the initial archive, and the device path by which a loader offers it;
	 * 5568e427-68fc-4f3d-ac74-ca555231cc68 */
	EFI_INITRD_LOW = 0x4f3d68fc5568e427,
	EFI_INITRD_HIGH = 0x68cc315255ca74ac,
	/* Linux's: the memory map at the end of boot services; 800f683f-d08b-423a-a293-965c3c6fe2b4
	 */
	EFI_MEMORY_LOW = 0x423ad08b800f683f,
	EFI_MEMORY_HIGH = 0xb4e26f3c5c9693a2,

	/* Protocols.  5b1b31a1-9562-11d2-8e3f-00a0c969723b, 4006c0c1-fcb3-403e-996d-4a6c8724e06d */
	EFI_LOADED_IMAGE_LOW = 0x11d295625b1b31a1,
	EFI_LOADED_IMAGE_HIGH = 0x3b7269c9a0003f8e,
	EFI_LOAD_FILE2_LOW = 0x403efcb34006c0c1,
	EFI_LOAD_FILE2_HIGH = 0x6de024876c4a6d99,
};

/* Types of memory that say what the kernel may do with it. */
enum efi_memory_type : u32 {
	EFI_LOADER_CODE = 1,
	EFI_LOADER_DATA,
	EFI_BOOT_CODE,
	EFI_BOOT_DATA,
	EFI_CONVENTIONAL = 7,
	EFI_ACPI_TABLES = 9,
	EFI_ACPI_NVS = 10,
};
/* Whether it is free once boot services have ended. */
ALWAYS_INLINE bool efi_is_ram(u64 type)
{
	return (type >= EFI_LOADER_CODE && type <= EFI_BOOT_DATA) || type == EFI_CONVENTIONAL;
}
