/* SPDX-License-Identifier: MPL-2.0 */
/*
 * boot_info - what the boot protocol said, copied and checked before anything else runs; private to
 * OSXTD.
 *
 * The architecture's entry fills it; mm_init makes frames of the RAM ranges that nothing else
 * occupies.
 *
 *   Context:  written by the boot CPU before mm_init, read-only afterwards (but for the initrd, see
 * boot.h).
 */
#pragma once
#include <osxtd/boot.h>
#include <osxtd/cpu.h>

enum boot_range_kind : u32 {
	BOOT_RAM,      /* free for use, but for the kernel's image and the initrd */
	BOOT_RESERVED, /* memory or holes that must not be touched */
	BOOT_ACPI,     /* firmware tables: mapped, never handed out */
	BOOT_DEVICE,   /* memory-mapped devices */
};

/* Physical, start inclusive, end exclusive; RAM ranges are page aligned (shrunk), sorted and do not
 * overlap. */
struct boot_range {
	u64 start, end;
	enum boot_range_kind kind;
};

enum : u32 { BOOT_RANGES_MAX = 64, BOOT_COMMAND_LINE_MAX = 4096 };

struct boot_info {
	struct boot_range ranges[BOOT_RANGES_MAX];
	u32 range_count;
	u32 cpu_count;		      /* CPUs to run, the boot CPU among them */
	u64 cpu_hw[CPU_MAX];	      /* what the hardware calls each; the boot CPU is the first */
	u64 kernel_start, kernel_end; /* physical image, .bss included, page aligned */
	u64 initrd_start,
		initrd_end; /* physical, as loaded (not aligned); equal when there is none */
	u64 rsdp;	    /* physical address of the ACPI root, 0: none */
	bool is_efi;	    /* EFI firmware started us */
	usize command_line_len;
	char command_line[BOOT_COMMAND_LINE_MAX];
};
/* Defined by boot.c. */
extern struct boot_info shared boot_info;

/* mm/: frames, heap and the final kernel page tables.  After it the initrd and ACPI ranges are in
 * the physical map. */
void mm_init(const struct boot_info *info);
/* mm/: hands the pages that lie wholly in start … end-1 to the frame allocator (boot_initrd_free).
 */
void mm_release_range(u64 start, u64 end);

/* The value of `name=` on the command line (the last one), or of a bare `name` (empty); false when
 * it is not there. */
bool boot_option(struct str name, struct str *value);

/* boot.c: everything after the architecture's entry; boot_info is filled, the early console works.
 */
[[noreturn]] void boot_continue(void);
/* The architecture: interrupt controllers, timers, battery clock; after mm_init. */
void arch_platform_init(void);
