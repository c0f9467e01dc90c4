/* SPDX-License-Identifier: MPL-2.0 */
/* stub - from EFI firmware to the kernel by Linux's protocol; see efi/stub.h. */
#include "efi/stub.h"

#include "image.h"

/* Hidden, so that their addresses are reckoned from here and not read from a table of them. */
[[gnu::visibility("hidden")]] extern const u8 payload_start[], payload_end[];

enum : u64 {
	LIMIT = 4ull << 30, /* what the kernel's first page tables reach */
	DIRECT = 0xa8,	    /* CRMD: direct addresses, cached, no interrupts */
};

UNSAFE("1. boot services have ended; 2. addresses are physical ones already, so nothing changes "
       "for "
       "this code; 3. the kernel was put there")
[[noreturn]] static void enter(const struct efi_found *f, struct efi_system_table *t)
{
	register u64 a0 __asm__("a0") = 1;
	register u64 a1 __asm__("a1") = (u64)f->command_line;
	register u64 a2 __asm__("a2") = (u64)t;
	u64 mode = DIRECT;
	__asm__ volatile("dbar 0; ibar 0; csrwr %0, 0; jirl $zero, %4, 0"
			 : "+r"(mode)
			 : "r"(a0), "r"(a1), "r"(a2), "r"((u64)KERNEL_ADDRESS)
			 : "memory");
	__builtin_unreachable();
}

/* The PE header's entry: by firmware. */
EFIAPI efi_status efi_entry(efi_handle image, struct efi_system_table *t);
EFIAPI efi_status efi_entry(efi_handle image, struct efi_system_table *t)
{
	const struct efi_payload kernel = { payload_start, (u64)(payload_end - payload_start),
					    KERNEL_ADDRESS, LIMIT };
	struct efi_found f = {};
	efi_status e = efi_load(image, t, &kernel, &f);
	if (e == EFI_OK && f.tree == 0 && f.rsdp == 0) {
		efi_say(t, "OmegaOS: the firmware gives neither ACPI tables nor a device tree");
		return EFI_LOAD_ERROR;
	}
	if (e == EFI_OK)
		e = efi_leave(image, t, LIMIT, &f);
	if (e != EFI_OK)
		return e;
	enter(&f, t);
}
