/* SPDX-License-Identifier: MPL-2.0 */
/* stub - see stub.h. */
#include "efi/stub.h"

enum : u64 { PAGE = 4096, OPTIONS_MAX = 4095, MAP_SPARE = 4 * PAGE };

static bool is_guid(const struct efi_guid *a, const struct efi_guid *b)
{
	return a->low == b->low && a->high == b->high;
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
	const struct efi_guid loaded_image = { EFI_LOADED_IMAGE_LOW, EFI_LOADED_IMAGE_HIGH };
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

/* A device path of one vendor's medium, and its end.  Spec: UEFI 2.10, 10.3. */
struct media_path {
	u8 head[4];
	u64 vendor_low, vendor_high;
	u8 end[4];
} __attribute__((packed));

/* The archive of the loader: none is no error. */
UNSAFE("1. the firmware gives and takes these pointers; 2. the buffer has the size that it asked "
       "for")
static efi_status find_initrd(struct efi_system_table *t, u64 limit, struct efi_found *out)
{
	const struct efi_guid load_file2 = { EFI_LOAD_FILE2_LOW, EFI_LOAD_FILE2_HIGH };
	const struct media_path media = {
		{ 4, 3, 20, 0 }, EFI_INITRD_LOW, EFI_INITRD_HIGH, { 0x7f, 0xff, 4, 0 }
	};
	const void *path = &media;
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
	const struct efi_guid acpi2 = { EFI_ACPI2_LOW, EFI_ACPI2_HIGH };
	const struct efi_guid acpi1 = { EFI_ACPI1_LOW, EFI_ACPI1_HIGH };
	const struct efi_guid tree = { EFI_TREE_LOW, EFI_TREE_HIGH };
	for (u64 i = 0; i < t->table_count; i++) {
		const struct efi_named_table *n = &t->tables[i];
		if (is_guid(&n->name, &acpi2) || (out->rsdp == 0 && is_guid(&n->name, &acpi1)))
			out->rsdp = n->address;
		if (is_guid(&n->name, &tree))
			out->tree = n->address;
	}
}

/* The record stays, as the pages of loader data do, until the kernel has read it. */
UNSAFE("1. the firmware gives and takes these pointers; 2. a page has room for the record")
static efi_status tell_initrd(struct efi_system_table *t, u64 limit, const struct efi_found *f)
{
	const struct efi_guid name = { EFI_INITRD_LOW, EFI_INITRD_HIGH };
	u64 room = efi_pages(t, sizeof(struct efi_initrd_record), limit);
	if (room == 0)
		return EFI_OUT_OF_RESOURCES;
	struct efi_initrd_record *r = (struct efi_initrd_record *)room;
	*r = (struct efi_initrd_record){ f->initrd_start, f->initrd_bytes };
	return t->boot->install_table(&name, r);
}

UNSAFE("1. the firmware gives and takes these pointers; 2. it gave us the memory written")
static efi_status place(struct efi_system_table *t, const struct efi_payload *p)
{
	u64 at = p->place;
	if (t->boot->allocate_pages(EFI_AT, EFI_LOADER_CODE, p->bytes / PAGE, &at) != EFI_OK) {
		efi_say(t, "OmegaOS: the firmware uses the memory where the kernel runs");
		return EFI_OUT_OF_RESOURCES;
	}
	__builtin_memcpy((void *)at, p->start, p->bytes);
	return EFI_OK;
}

efi_status efi_load(efi_handle image, struct efi_system_table *t, const struct efi_payload *p,
		    struct efi_found *out)
{
	efi_status e = find_command_line(image, t, p->limit, out);
	if (e == EFI_OK)
		e = find_initrd(t, p->limit, out);
	if (e == EFI_OK && out->initrd_bytes != 0)
		e = tell_initrd(t, p->limit, out);
	if (e != EFI_OK) {
		efi_say(t, "OmegaOS: the command line or the initial archive cannot be loaded");
		return e;
	}
	find_tables(t, out);
	return place(t, p);
}

/* The map changes whenever memory is taken, so the room for it has some to spare and is taken once.
 */
UNSAFE("1. the firmware gives and takes these pointers; 2. it is told how much room there is")
efi_status efi_leave(efi_handle image, struct efi_system_table *t, u64 limit, struct efi_found *out)
{
	const struct efi_guid name = { EFI_MEMORY_LOW, EFI_MEMORY_HIGH };
	struct efi_memory_record r = {};
	(void)t->boot->get_memory_map(&r.room, nullptr, &r.key, &r.entry_bytes, &r.map_version);
	r.room += MAP_SPARE;
	u64 at = efi_pages(t, sizeof(r) + r.room, limit);
	if (at == 0 || t->boot->install_table(&name, (void *)at) != EFI_OK)
		return EFI_OUT_OF_RESOURCES;
	out->map = at + sizeof(r);
	/* The first attempt may itself change the map: UEFI 2.10, 7.4.6. */
	for (u32 i = 0; i < 2; i++) {
		r.map_bytes = r.room;
		efi_status e = t->boot->get_memory_map(&r.map_bytes, (void *)out->map, &r.key,
						       &r.entry_bytes, &r.map_version);
		if (e != EFI_OK)
			return e;
		if (t->boot->exit_boot_services(image, r.key) != EFI_OK)
			continue;
		*(struct efi_memory_record *)at = r;
		out->map_bytes = r.map_bytes;
		out->entry_bytes = r.entry_bytes;
		return EFI_OK;
	}
	return EFI_LOAD_ERROR;
}
