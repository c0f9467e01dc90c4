// SPDX-License-Identifier: MPL-2.0
/* boot - the order of boot up to the part that all architectures share. */
#include <arch/console.h>
#include "mm/paging.h"

#include "../cpu_area.h"
#include "../platform.h"
#include "../regs.h"
#include "arch/loongarch64/boot/handover.h"
#include "serial/ns16550.h"

extern const u8 boot_stack_guard[PAGE_SIZE]; /* below the boot stack */

enum : u64 {
	DEVICE_WINDOW = 0x8000000000000000, /* DMW0, opened by entry.S: uncached */
	UART_USUAL = 0x1fe001e0,	    /* where every board has it */
};
enum : u32 { UART_BYTES = 8 };

void arch_console_init(void)
{
	u64 uart = platform.uart != 0 ? platform.uart : (u64)UART_USUAL;
	ns16550_use(&(struct ns16550){ { DEVICE_WINDOW + uart }, 1, platform.uart_line });
}

/* The boot CPU becomes the first of those that the tree or ACPI listed. */
static void find_cpus(void)
{
	enum : u64 { CPUID_MASK = 0x1ff };
	struct boot_info *b = &boot_info;
	u64 self = csr_read(CSR_CPUID) & CPUID_MASK;
	b->cpu_hw[0] = self;
	b->cpu_count = 1;
	for (u32 i = 0; i < platform.cpu_count; i++) {
		u64 hw = array_at(platform.cpus, i);
		if (hw != self && b->cpu_count < CPU_MAX)
			array_at(b->cpu_hw, b->cpu_count++) = hw;
	}
}

void arch_boot(void)
{
	cpu_detect();
	cpu_prepare_boot();
	cpu_init();
	if (!platform.is_tree)
		handover_acpi(&platform, boot_info.rsdp);
	arch_console_init();
	if (boot_info.range_count == 0)
		panic("the boot loader left no memory map, or its boot protocol is not known");
	boot_info.kernel_start = address_of_(kernel_text_start) - kimage_base();
	boot_info.kernel_end = address_of_(kernel_end) - kimage_base();
	find_cpus();
	boot_continue();
}

void arch_platform_init(void)
{
	u64 uart = platform.uart != 0 ? platform.uart : (u64)UART_USUAL;
	ns16550_move(kernel_map_mmio(uart, UART_BYTES));
	csr_write(CSR_DMW0, 0);
	(void)paging_unmap_page(address_of_(boot_stack_guard));
	cpu_unmap_guards();
	irq_init();
	power_init();
	rtc_init();
}
