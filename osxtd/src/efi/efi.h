/* SPDX-License-Identifier: MPL-2.0 */
/*
 * efi - the firmware's tables and functions, as far as the stub uses them.
 *
 *   Spec:  UEFI 2.10, chapters 4 (tables), 7 (boot services), 9 (loaded image), 12.4 (text
 * output), 13.3 (LoadFile2).
 */
#pragma once
#include <arch/efi.h>
#include <osxtd/base.h>

#include "efi/guids.h"

typedef u64 efi_status;
typedef void *efi_handle;

enum : efi_status {
	EFI_OK = 0,
	EFI_LOAD_ERROR = 1ull << 63 | 1,
	EFI_BUFFER_TOO_SMALL = 1ull << 63 | 5,
	EFI_OUT_OF_RESOURCES = 1ull << 63 | 9,
};

enum efi_allocate : u32 { EFI_ANYWHERE, EFI_BELOW, EFI_AT };

struct efi_guid {
	u64 low, high; /* guids.h */
};

struct efi_memory { /* an entry of the memory map; the next one stands entry_bytes behind it */
	u32 type, padding;
	u64 start, virtual_start, pages, attributes;
};

struct efi_header {
	u64 signature;
	u32 revision, bytes, crc, reserved;
};

struct efi_text_output {
	void *reset;
	efi_status(EFIAPI *print)(struct efi_text_output *self, const u16 *text);
};

struct efi_boot_services {
	struct efi_header header;
	void *raise_tpl, *restore_tpl;
	efi_status(EFIAPI *allocate_pages)(enum efi_allocate how, enum efi_memory_type type,
					   u64 pages, u64 *address);
	efi_status(EFIAPI *free_pages)(u64 address, u64 pages);
	efi_status(EFIAPI *get_memory_map)(u64 *bytes, void *map, u64 *key, u64 *entry_bytes,
					   u32 *version);
	void *allocate_pool, *free_pool;
	void *events[6];
	void *install_protocol, *reinstall_protocol, *uninstall_protocol;
	efi_status(EFIAPI *handle_protocol)(efi_handle handle, const struct efi_guid *protocol,
					    void **interface);
	void *reserved, *register_notify, *locate_handle;
	efi_status(EFIAPI *locate_device_path)(const struct efi_guid *protocol, const void **path,
					       efi_handle *device);
	efi_status(EFIAPI *install_table)(const struct efi_guid *name, void *table);
	void *load_image, *start_image, *exit, *unload_image;
	efi_status(EFIAPI *exit_boot_services)(efi_handle image, u64 key);
	void *get_next_monotonic_count, *stall, *set_watchdog_timer;
	void *connect_controller, *disconnect_controller;
	void *open_protocol, *close_protocol, *open_protocol_information;
	void *protocols_per_handle, *locate_handle_buffer;
	efi_status(EFIAPI *locate_protocol)(const struct efi_guid *protocol, void *registration,
					    void **interface);
};

struct efi_named_table {
	struct efi_guid name;
	u64 address;
};

/* What the stub leaves for the kernel among the firmware's tables: the initial archive and
 * the memory map.  Spec: Linux include/linux/efi.h, struct linux_efi_initrd and
 * efi_boot_memmap. */
struct efi_initrd_record {
	u64 start, bytes;
};
struct efi_memory_record {
	u64 map_bytes, entry_bytes;
	u32 map_version, padding;
	u64 key, room;
	/* then the map */
};

struct efi_system_table {
	struct efi_header header;
	u16 *vendor;
	u32 revision;
	efi_handle console_in_handle;
	void *console_in;
	efi_handle console_out_handle;
	struct efi_text_output *console_out;
	efi_handle error_handle;
	void *error;
	void *runtime_services;
	struct efi_boot_services *boot;
	u64 table_count;
	struct efi_named_table *tables;
};

struct efi_loaded_image {
	u32 revision;
	efi_handle parent;
	struct efi_system_table *system_table;
	efi_handle device;
	void *file_path, *reserved;
	u32 options_bytes;
	const u16 *options;
};

struct efi_load_file {
	efi_status(EFIAPI *load)(struct efi_load_file *self, const void *path, bool is_boot,
				 u64 *bytes, void *buffer);
};
