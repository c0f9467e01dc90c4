/* SPDX-License-Identifier: MPL-2.0 */
/*
 * smp - the other CPUs of the machine: INIT and start-up messages, and interrupts between CPUs.
 *
 * A started CPU begins in real mode at the trampoline (boot/trampoline.S), a copy of which lies in
 * a page below 1 MiB that was taken out of the map of memory at boot.
 *
 *   Spec:  Intel SDM volume 3, 9.4 (multiple-processor initialisation), 11.6 (interrupt command
 *          register).
 */
#include "core/smp.h"

#include <osxtd/timer.h>

#include "acpi/acpi.h"
#include "apic.h"
#include "boot_info.h"
#include "boot_ranges.h"
#include "boot/trampoline.h"
#include "core/sched.h"
#include "cpu_area.h"
#include "offsets.h"
#include "mm/frames.h"
#include "platform.h"
#include "trap.h"
#include "tsc.h"

enum : u64 { LOW_START = 0x8000, LOW_END = 0x9f000 }; /* below: what firmware may use */
enum : u64 { INIT_NS = 10000000, INIT_VIRTUAL_NS = 100000, STARTUP_NS = 200000 };
enum : u32 {
	ICR_FIXED = 0x4000,
	ICR_INIT = 0x4500,
	ICR_STARTUP = 0x4600,
	ICR_BUSY = 1 << 12,
};
enum : u64 { XAPIC_IDS = 255 };

static u64 shared trampoline_page OWNER(boot); /* 0: there is none */

extern const u8 trampoline_start[], trampoline_end[], secondary_start[], early_pml4[], boot_gdt[];
[[noreturn]] void secondary_boot(void);

/* ---- what there is ---- */

/* Takes a page that starts code of real mode out of the free memory. */
static u64 find_low_page(struct boot_info *b)
{
	for (u32 i = 0; i < b->range_count; i++) {
		const struct boot_range *r = &array_at(b->ranges, i);
		u64 at = max_of(page_up(r->start), LOW_START);
		if (r->kind != BOOT_RAM || at + PAGE_SIZE > min_of(r->end, LOW_END))
			continue;
		boot_range_add(b, at, PAGE_SIZE, BOOT_RESERVED);
		boot_ranges_separate(b);
		return at;
	}
	return 0;
}

void smp_find_cpus(void)
{
	struct boot_info *b = &boot_info;
	u32 self = apic_id();
	b->cpu_hw[0] = self;
	b->cpu_count = 1;
	if (acpi_info.cpu_count > 1)
		trampoline_page = find_low_page(b);
	for (u32 i = 0; trampoline_page != 0 && i < acpi_info.cpu_count; i++) {
		u32 id = array_at(acpi_info.cpu_ids, i);
		if (id == self || b->cpu_count == CPU_MAX || (!apic.is_x2 && id >= XAPIC_IDS))
			continue;
		array_at(b->cpu_hw, b->cpu_count++) = id;
	}
}

/* ---- messages ---- */

/* The two halves of the command register are one message: no interrupt may send another between. */
static void icr_write(u64 id, u32 command)
{
	u64 flags = irq_save();
	if (apic.is_x2) {
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		msr_write(MSR_X2APIC + APIC_ICR, id << 32 | command);
	} else {
		while ((apic_read(APIC_ICR) & ICR_BUSY) != 0)
			cpu_relax();
		apic_write(APIC_ICR_HIGH, (u32)id << 24);
		apic_write(APIC_ICR, command);
	}
	irq_restore(flags);
}

void arch_ipi_send(u64 cpus)
{
	for (; cpus != 0; cpus &= cpus - 1)
		icr_write(array_at(boot_info.cpu_hw, (u32)__builtin_ctzll(cpus)),
			  ICR_FIXED | VECTOR_IPI);
}

void arch_tlb_forget_others(u64 cpus, u64 root, u64 start, u64 end)
{
	tlb_call_others(cpus, root, start, end);
}

/* CPUs see to it by themselves. */
void arch_code_sync_others(u64) {}

/* ---- starting one ---- */

static u32 physical(const void *image)
{
	return (u32)(address_of_(image) - kimage_base());
}

/* The trampoline with what this CPU needs to know. */
static void place_trampoline(struct cpu_area *area, u64 stack)
{
	UNSAFE("1. the page was taken out of free memory, and its tail is the trampoline's data; "
	       "2. the "
	       "trampoline is shorter than a page, asserted by its source")
	{
		u8 *page = (u8 *)phys_to_virt(trampoline_page);
		usize bytes = (usize)(trampoline_end - trampoline_start);
		memcpy(page, trampoline_start, bytes);
		struct trampoline *t = (struct trampoline *)(void *)(page + bytes -
								     sizeof(struct trampoline));
		*t = (struct trampoline){
			.gdt_limit = TRAMPOLINE_GDT_BYTES - 1,
			.gdt_base = physical(boot_gdt),
			.far_32 = { (u32)trampoline_page + TRAMPOLINE_32, TRAMPOLINE_CS32 },
			.far_64 = { (u32)trampoline_page + TRAMPOLINE_64, KERNEL_CS },
			.cr3 = physical(early_pml4),
			.efer = TRAMPOLINE_EFER_LME | (cpu_features.nx ? (u32)EFER_NXE : 0),
			.root = paging_kernel_root(),
			.stack = stack,
			.area = address_of_(area),
			.entry = address_of_(secondary_start),
		};
	}
}

/* It keeps what it has: a CPU that is late may still use it. */
static bool stacks_new(struct ist_ends *out)
{
	for (u32 i = 0; i < IST_COUNT; i++) {
		u64 base = 0;
		if (stack_alloc(&base) != OK)
			return false;
		array_at(out->end, i) = base + STACK_SIZE;
	}
	return true;
}

bool arch_cpu_start(u32 cpu, u64 stack)
{
	struct cpu_area *a = &array_at(cpu_areas, cpu);
	u64 id = array_at(boot_info.cpu_hw, cpu);
	struct ist_ends ends = {};
	if (!stacks_new(&ends))
		return false;
	cpu_prepare(cpu, &ends);
	place_trampoline(a, stack);
	icr_write(id, ICR_INIT);
	clock_delay_ns(cpu_features.hypervisor ? INIT_VIRTUAL_NS : INIT_NS);
	for (u32 i = 0; i < 2; i++) {
		icr_write(id, ICR_STARTUP | (u32)(trampoline_page / PAGE_SIZE));
		clock_delay_ns(STARTUP_NS);
	}
	return true;
}

void secondary_boot(void)
{
	cpu_init();
	apic_init();
	apic_timer_enable();
	smp_enter();
}
