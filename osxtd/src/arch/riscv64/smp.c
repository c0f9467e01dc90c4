/* SPDX-License-Identifier: MPL-2.0 */
/*
 * smp - what the firmware does for several harts: start them, interrupt them, and make them forget.
 *
 * A started hart knows the physical address of its start block and nothing else: entry.S turns
 * translation on with it and goes on in secondary_boot.
 *
 *   Spec:  RISC-V SBI 2.0, 7 (IPI), 8 (RFENCE), 9 (HSM).
 */
#include "core/smp.h"

#include <arch/timer.h>

#include "boot_info.h"
#include "core/sched.h"
#include "cpu_area.h"
#include "mm/paging.h"
#include "mm/pte.h"
#include "panic.h"
#include "platform.h"
#include "sbi.h"
#include "trap.h"

enum : u64 { SIE_SOFTWARE = 1 << 1 };

/* entry.S knows the offsets. */
struct start_block {
	u64 satp;  /* 0 */
	u64 stack; /* 8 */
	u64 area;  /* 16: what tp points at */
	u64 entry; /* 24: secondary_start, in the kernel's addresses */
};
static_assert(offsetof(struct start_block, entry) == 24);
static struct start_block shared start_block OWNER(smp); /* of the one hart that is being started */

extern const u8 boot_secondary[], secondary_start[];
[[noreturn]] void secondary_boot(void);

static u64 image_to_physical(u64 va)
{
	return va - kimage_base();
}

bool arch_cpu_start(u32 cpu, u64 stack)
{
	struct cpu_area *a = &array_at(cpu_areas, cpu);
	u64 overflow = 0;
	if (stack_alloc(&overflow) != OK)
		return false;
	cpu_prepare(cpu, overflow + STACK_SIZE);
	start_block = (struct start_block){
		.satp = satp_mode() | paging_kernel_root() >> PAGE_SHIFT,
		.stack = stack,
		.area = address_of_(a),
		.entry = address_of_(secondary_start),
	};
	/* The hart reads it without translation, and what the firmware does orders it. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	struct sbi_result r = sbi_call4(SBI_HSM, SBI_HART_START, array_at(boot_info.cpu_hw, cpu),
					image_to_physical(address_of_(boot_secondary)),
					image_to_physical(address_of_(&start_block)), 0);
	if (r.error != 0)
		stack_free(overflow);
	return r.error == 0;
}

void secondary_boot(void)
{
	timer_enable();
	ipi_enable();
	smp_enter();
}

void ipi_enable(void)
{
	UNSAFE("1. the handler of this interrupt is there")
	{
		__asm__ volatile("csrs sie, %0" ::"r"(SIE_SOFTWARE) : "memory");
	}
}

void ipi_interrupt(void)
{
	UNSAFE("1. forgets the interrupt that is being handled; what it stands for is read after")
	{
		__asm__ volatile("csrc sip, %0" ::"r"(SIE_SOFTWARE) : "memory");
	}
	ipi_received();
}

/* ---- calls for sets of harts ---- */

/* The firmware takes 64 harts from a base on at a time. */
static void for_harts(u64 cpus, u64 extension, u64 function, u64 start, u64 size)
{
	while (cpus != 0) {
		u64 base = array_at(boot_info.cpu_hw, (u32)__builtin_ctzll(cpus)), mask = 0;
		for (u64 left = cpus; left != 0; left &= left - 1) {
			u64 hart = array_at(boot_info.cpu_hw, (u32)__builtin_ctzll(left));
			if (hart < base || hart - base >= 64)
				continue;
			mask |= (u64)1 << (hart - base);
			cpus &= ~(left & -left);
		}
		if (extension == SBI_IPI)
			(void)sbi_call4(extension, function, mask, base, 0, 0);
		else
			(void)sbi_call4(extension, function, mask, base, start, size);
	}
}

/* What this hart wrote is seen by a hart that takes the interrupt. */
void arch_ipi_send(u64 cpus)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for_harts(cpus, SBI_IPI, SBI_IPI_SEND, 0, 0);
}

/* The other harts forget translations whichever space they have loaded. */
void arch_tlb_forget_others(u64 cpus, u64 root, u64 start, u64 end)
{
	(void)root;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for_harts(cpus, SBI_RFENCE, SBI_REMOTE_SFENCE_VMA, start, end - start);
}

void arch_code_sync_others(u64 cpus)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for_harts(cpus, SBI_RFENCE, SBI_REMOTE_FENCE_I, 0, 0);
}
