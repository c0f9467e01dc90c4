/* SPDX-License-Identifier: MPL-2.0 */
/*
 * stub - from EFI firmware to the kernel, as SBI firmware would start it but for the memory map and
 * the archive, which it finds among the firmware's tables; see efi/stub.h.
 *
 *   Spec:  RISC-V UEFI protocol specification 1.0 (RISCV_EFI_BOOT_PROTOCOL).
 */
#include "efi/stub.h"

#include "image.h"

/* Hidden, so that their addresses are reckoned from here and not read from a table of them. */
[[gnu::visibility("hidden")]] extern const u8 payload_start[], payload_end[];

enum : u64 {
	LIMIT = 128ull << 30, /* what the kernel's first page tables reach */
	/* ccd15fec-6f73-4eec-8395-3e69e4b940bf */
	BOOT_PROTOCOL_LOW = 0x4eec6f73ccd15fec,
	BOOT_PROTOCOL_HIGH = 0xbf40b9e4693e9583,
};

struct boot_hart_protocol {
	u64 revision;
	efi_status(EFIAPI *get)(struct boot_hart_protocol *self, u64 *hart);
};

UNSAFE("the firmware gives and takes these pointers")
static efi_status find_hart(struct efi_system_table *t, u64 *hart)
{
	const struct efi_guid name = { BOOT_PROTOCOL_LOW, BOOT_PROTOCOL_HIGH };
	struct boot_hart_protocol *p = nullptr;
	efi_status e = t->boot->locate_protocol(&name, nullptr, (void **)&p);
	return e == EFI_OK ? p->get(p, hart) : e;
}

UNSAFE("1. boot services have ended; 2. addresses are physical ones already, so nothing changes "
       "for "
       "this code; 3. the kernel was put there")
[[noreturn]] static void enter(u64 hart, const struct efi_found *f, struct efi_system_table *t)
{
	register u64 a0 __asm__("a0") = hart;
	register u64 a1 __asm__("a1") = f->tree;
	register u64 a2 __asm__("a2") = (u64)t;
	register u64 a3 __asm__("a3") = (u64)f->command_line;
	__asm__ volatile("csrci sstatus, 2; csrw satp, zero; sfence.vma; fence.i; jr %4"
			 :
			 : "r"(a0), "r"(a1), "r"(a2), "r"(a3),
			   "r"(KERNEL_ADDRESS + (u64)KERNEL_DOOR)
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
	u64 hart = 0;
	efi_status e = find_hart(t, &hart);
	if (e != EFI_OK) {
		efi_say(t, "OmegaOS: the firmware does not tell on which hart it runs");
		return e;
	}
	e = efi_load(image, t, &kernel, &f);
	if (e != EFI_OK)
		return e;
	if (f.tree == 0) {
		efi_say(t, "OmegaOS: the firmware gives no device tree, which the kernel needs "
			   "(QEMU: -machine virt,acpi=off)");
		return EFI_LOAD_ERROR;
	}
	e = efi_leave(image, t, LIMIT, &f);
	if (e != EFI_OK)
		return e;
	enter(hart, &f, t);
}
