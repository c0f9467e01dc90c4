/* SPDX-License-Identifier: MPL-2.0 */
/*
 * smp - the other CPUs: firmware lets them wait for an address in their mailbox, and an interrupt
 * that tells them to look there; interrupts between CPUs.
 *
 *   Spec:  Loongson 3A5000 user manual, 10 (inter-processor interrupts and mailboxes); Linux
 *          Documentation/arch/loongarch/booting.rst.
 */
#include "core/smp.h"

#include "boot_info.h"
#include "core/sched.h"
#include "cpu_area.h"
#include "mm/paging.h"
#include "regs.h"
#include "smp.h"
#include "trap.h"

/* IOCSR addresses. */
enum : u32 { IPI_STATUS = 0x1000, IPI_ENABLE = 0x1004, IPI_CLEAR = 0x100c };
enum : u32 { IPI_SEND = 0x1040, MAIL_SEND = 0x1048 };
enum : u32 { SEND_BLOCKING = 1u << 31, SEND_CPU = 16, MAIL_PIECE = 2 /* shifts */ };
/* What interrupts mean: the first is the firmware's. */
enum : u32 { IPI_BOOT = 0, IPI_OURS = 1 };

struct start_block shared start_block; /* of the one CPU that is being started */

extern const u8 boot_secondary[];
[[noreturn]] void secondary_boot(void);

static u64 physical(u64 va)
{
	return va - kimage_base();
}

static void interrupt_cpu(u64 hw, u32 what)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	iocsr_write32(IPI_SEND, SEND_BLOCKING | (u32)hw << SEND_CPU | what);
}

/* Piece 0 or 1, the lower or upper half, of another CPU's first mailbox. */
static void mail(u64 hw, u64 piece, u64 half)
{
	iocsr_write64(MAIL_SEND, half << 32 | SEND_BLOCKING | hw << SEND_CPU | piece << MAIL_PIECE);
}

bool arch_cpu_start(u32 cpu, u64 stack)
{
	u64 hw = array_at(boot_info.cpu_hw, cpu), emergency = 0;
	u64 entry = physical(address_of_(boot_secondary));
	if (stack_alloc(&emergency) != OK)
		return false;
	cpu_prepare(cpu, emergency + STACK_SIZE);
	start_block = (struct start_block){
		.root = paging_kernel_root(),
		.stack = stack,
		.area = address_of_(&array_at(cpu_areas, cpu)),
	};
	mail(hw, 1, entry >> 32);
	mail(hw, 0, entry & UINT32_MAX);
	interrupt_cpu(hw, IPI_BOOT);
	return true;
}

void secondary_boot(void)
{
	cpu_init();
	smp_enter();
}

void ipi_enable(void)
{
	iocsr_write32(IPI_CLEAR, UINT32_MAX);
	iocsr_write32(IPI_ENABLE, UINT32_MAX);
}

void ipi_interrupt(void)
{
	iocsr_write32(IPI_CLEAR, (u32)iocsr_read64(IPI_STATUS));
	ipi_received();
}

void arch_ipi_send(u64 cpus)
{
	for (; cpus != 0; cpus &= cpus - 1)
		interrupt_cpu(array_at(boot_info.cpu_hw, (u32)__builtin_ctzll(cpus)), IPI_OURS);
}

void arch_tlb_forget_others(u64 cpus, u64 root, u64 start, u64 end)
{
	tlb_call_others(cpus, root, start, end);
}

static void sync_code(const void *)
{
	cpu_sync_code();
}

void arch_code_sync_others(u64 cpus)
{
	cpu_call_others(cpus, sync_code, nullptr);
}
