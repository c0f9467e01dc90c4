/* SPDX-License-Identifier: MPL-2.0 */
/* stub - see stub.h. */
#include "efi/stub.h"

enum : u64 { PAGE = 4096, OPTIONS_MAX = 4095, MAP_SPARE = 4 * PAGE };

static bool is_guid(const struct efi_guid *a, const struct efi_guid *b)
{
	u64 x[2], y[2];
	__builtin_memcpy(x, a, sizeof(x));
	__builtin_memcpy(y, b, sizeof(y));
	return x[0] == y[0] && x[1] == y[1];
}

UNSAFE("1. the firmware gives and takes these pointers; 2. text is shorter than the array")
void efi_say(struct efi_system_table *t, const char *line)
{
	u16 text[128];
	u32 n = 0;
	for (; line[n] != 0 && n < 120; n++)
		text[n] = (u16)line[n];
	text[n++] = '\r';
	text[n++] = '\n';
	text[n] = 0;
	(void)t->console_out->print(t->console_out, text);
}

UNSAFE("the firmware gives and takes these pointers")
u64 efi_pages(struct efi_system_table *t, u64 bytes, u64 limit)
{
	u64 address = limit - 1;
	if (t->boot->allocate_pages(EFI_BELOW, EFI_LOADER_DATA, (bytes + PAGE - 1) / PAGE,
				    &address) != EFI_OK)
		return 0;
	return address;
}

/* Load options are UTF-16; the kernel's command line is bytes. */
UNSAFE("1. the firmware describes its own memory; 2. at most OPTIONS_MAX characters go to as many "
       "bytes and one")
static efi_status find_command_line(efi_handle image, struct efi_system_table *t, u64 limit,
				    struct efi_found *out)
{
	const struct efi_guid loaded_image = {
		0x5b1b31a1, 0x9562, 0x11d2, { 0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b }
	};
	struct efi_loaded_image *l = nullptr;
	u64 room = efi_pages(t, OPTIONS_MAX + 1, limit);
	if (room == 0)
		return EFI_OUT_OF_RESOURCES;
	if (t->boot->handle_protocol(image, &loaded_image, (void **)&l) != EFI_OK)
		return EFI_LOAD_ERROR;
	out->command_line = (char *)room;
	u64 n = 0;
	for (; l->options != nullptr && n < l->options_bytes / 2 && n < OPTIONS_MAX &&
	       l->options[n] != 0;
	     n++)
		out->command_line[n] = l->options[n] < 128 ? (char)l->options[n] : '?';
	out->command_line[n] = 0;
	return EFI_OK;
}

/* The archive of the loader: none is no error. */
UNSAFE("1. the firmware gives and takes these pointers; 2. the buffer has the size that it asked "
       "for")
static efi_status find_initrd(struct efi_system_table *t, u64 limit, struct efi_found *out)
{
	const struct efi_guid load_file2 = {
		0x4006c0c1, 0xfcb3, 0x403e, { 0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d }
	};
	/* A media device path of the vendor 5568e427-68fc-4f3d-ac74-ca555231cc68, and its end. */
	const u8 path_bytes[24] = { 4,	  3,	20,   0,    0x27, 0xe4, 0x68, 0x55,
				    0xfc, 0x68, 0x3d, 0x4f, 0xac, 0x74, 0xca, 0x55,
				    0x52, 0x31, 0xcc, 0x68, 0x7f, 0xff, 4,    0 };
	const void *path = path_bytes;
	efi_handle device = nullptr;
	struct efi_load_file *file = nullptr;
	if (t->boot->locate_device_path(&load_file2, &path, &device) != EFI_OK ||
	    t->boot->handle_protocol(device, &load_file2, (void **)&file) != EFI_OK)
		return EFI_OK;
	u64 bytes = 0;
	if (file->load(file, path, false, &bytes, nullptr) != EFI_BUFFER_TOO_SMALL || bytes == 0)
		return EFI_OK;
	u64 address = efi_pages(t, bytes, limit);
	if (address == 0)
		return EFI_OUT_OF_RESOURCES;
	if (file->load(file, path, false, &bytes, (void *)address) != EFI_OK)
		return EFI_LOAD_ERROR;
	out->initrd_start = address;
	out->initrd_bytes = bytes;
	return EFI_OK;
}

UNSAFE("the firmware counts its own tables")
static void find_tables(struct efi_system_table *t, struct efi_found *out)
{
	const struct efi_guid acpi2 = {
		0x8868e871, 0xe4f1, 0x11d3, { 0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81 }
	};
	const struct efi_guid acpi1 = {
		0xeb9d2d30, 0x2d88, 0x11d3, { 0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d }
	};
	for (u64 i = 0; i < t->table_count; i++) {
		const struct efi_named_table *n = &t->tables[i];
		if (is_guid(&n->name, &acpi2) || (out->rsdp == 0 && is_guid(&n->name, &acpi1)))
			out->rsdp = n->address;
	}
}

efi_status efi_find(efi_handle image, struct efi_system_table *t, u64 limit, struct efi_found *out)
{
	efi_status e = find_command_line(image, t, limit, out);
	if (e == EFI_OK)
		e = find_initrd(t, limit, out);
	find_tables(t, out);
	return e;
}

/* The map changes whenever memory is taken, so the room for it has some to spare and is taken once.
 */
UNSAFE("1. the firmware gives and takes these pointers; 2. it is told how much room there is")
efi_status efi_leave(efi_handle image, struct efi_system_table *t, u64 limit, struct efi_found *out)
{
	u64 key = 0, room = 0;
	(void)t->boot->get_memory_map(&room, nullptr, &key, &out->entry_bytes, &out->map_version);
	room += MAP_SPARE;
	out->map = efi_pages(t, room, limit);
	if (out->map == 0)
		return EFI_OUT_OF_RESOURCES;
	/* The first attempt may itself change the map: UEFI 2.10, 7.4.6. */
	for (u32 i = 0; i < 2; i++) {
		out->map_bytes = room;
		efi_status e = t->boot->get_memory_map(&out->map_bytes, (void *)out->map, &key,
						       &out->entry_bytes, &out->map_version);
		if (e != EFI_OK)
			return e;
		if (t->boot->exit_boot_services(image, key) == EFI_OK)
			return EFI_OK;
	}
	return EFI_LOAD_ERROR;
}
