/* SPDX-License-Identifier: MPL-2.0 */
/*
 * boot - what the boot protocol handed over, the same for each protocol and architecture.
 *
 *   Lifetime:  valid for ever, but for the initrd (see boot_initrd_free).
 */
#pragma once
#include <osxtd/span.h>

OSXTD_API struct str boot_command_line(void);
/* The initial archive; empty when there is none. */
OSXTD_API struct cspan boot_initrd(void);
/* Gives the initrd's memory to the frame allocator; no view of it may be used afterwards. */
OSXTD_API void boot_initrd_free(void);
/* Name of the machine for uname(2) and AT_PLATFORM: "x86_64". */
OSXTD_API struct str boot_machine(void);
/* Name of the boot protocol that handed over, for the log: "pvh", "linux", "linux-efi",
 * "multiboot2" … */
OSXTD_API struct str boot_protocol(void);
/* Bytes of RAM that the kernel manages. */
OSXTD_API u64 boot_memory_bytes(void);

/* What /proc/cpuinfo needs of one CPU. */
struct cpu_info {
	char vendor[16];
	char model_name[64];
	u32 family, model, stepping;
	u64 frequency_hz;
	u32 cache_kib;
	u64 vendor_id, arch_id, implementation_id; /* of CPUs that name themselves by numbers */
};
OSXTD_API void boot_cpu_info(u32 cpu, struct cpu_info *out);

/* The kernel's entry, called by OSXTD once on the boot CPU with heap, console, clock and interrupts
 * ready. */
void kernel_main(void);
