/* SPDX-License-Identifier: MPL-2.0 */
/* apic - see apic.h. */
#include "apic.h"

#include "mm/paging.h"

#include "acpi/acpi.h"
#include "trap.h"

enum : u64 { APIC_BASE_ENABLE = 1 << 11, APIC_BASE_X2 = 1 << 10 };

struct apic shared apic;

/* The 8259s are remapped away from the exceptions before they are masked: they may still raise a
 * spurious one. */
static void pic_mask(void)
{
	outb(0x20, 0x11);
	outb(0xa0, 0x11);
	outb(0x21, VECTOR_PIC);
	outb(0xa1, VECTOR_PIC + 8);
	outb(0x21, 4);
	outb(0xa1, 2);
	outb(0x21, 1);
	outb(0xa1, 1);
	outb(0x21, 0xff);
	outb(0xa1, 0xff);
}

void apic_init_early(void)
{
	pic_mask();
	u64 base = msr_read(MSR_APIC_BASE) | APIC_BASE_ENABLE;
	/* Memory takes one store where an MSR takes four instructions: x2APIC only where the
	 * firmware already chose it. */
	apic.is_x2 = cpu_features.x2apic && (base & APIC_BASE_X2) != 0;
	/* The boot tables map the first 4 GiB, device memory included. */
	if (!apic.is_x2)
		apic.registers = (struct mmio){ PHYSMAP_BASE + (base & 0xfffff000) };
	apic_init();
}

void apic_init(void)
{
	u64 base = msr_read(MSR_APIC_BASE) | APIC_BASE_ENABLE;
	msr_write(MSR_APIC_BASE, base | (apic.is_x2 ? (u64)APIC_BASE_X2 : 0));
	apic_write(APIC_LVT_TIMER, APIC_MASKED | VECTOR_TIMER);
	apic_write(APIC_LVT_LINT0, APIC_MASKED);
	apic_write(APIC_LVT_LINT1, APIC_NMI);
	apic_write(APIC_LVT_ERROR, APIC_MASKED);
	apic_write(APIC_SPURIOUS, 0x100 | VECTOR_SPURIOUS);
	apic_write(APIC_TIMER_DIVIDE, 0xb); /* by one */
}

void apic_map(void)
{
	if (!apic.is_x2)
		apic.registers = kernel_map_mmio(msr_read(MSR_APIC_BASE) & 0xfffff000, PAGE_SIZE);
}

u32 apic_id(void)
{
	u32 id = apic_read(APIC_ID);
	return apic.is_x2 ? id : id >> 24;
}
