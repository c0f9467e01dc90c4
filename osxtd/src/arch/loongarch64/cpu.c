// SPDX-License-Identifier: MPL-2.0
/*
 * cpu - features of the CPU, what user mode may use of it, and what programs may know.
 *
 *   Spec:  LoongArch Reference Manual volume 1, table 2-9 (CPUCFG); Loongson 3A5000 user manual, 2
 *          (the IOCSR names).
 */
#include "cpu_area.h"

#include "mm/paging.h"
#include <arch/timer.h>
#include <arch/user_ctx.h>
#include <osxtd/boot.h>

#include "regs.h"
#include "trap.h"

struct cpu_features shared cpu_features;
struct cpu_area shared cpu_areas[CPU_MAX];

struct emergency_stack {
	u8 guard[PAGE_SIZE]; /* unmapped by cpu_unmap_guards */
	u8 bytes[EMERGENCY_STACK_SIZE];
} __attribute__((aligned(4096)));
static struct emergency_stack shared boot_emergency_stack;

static bool bit(u32 word, u32 i)
{
	return (word >> (i & 31) & 1) != 0;
}

void cpu_detect(void)
{
	enum : u32 { UAL = 20, CRC = 25, FP = 0, LSX = 6, LASX = 7, LAM = 22 };
	struct cpu_features *f = &cpu_features;
	u32 c1 = cpucfg(1), c2 = cpucfg(2);
	f->fpu = bit(c2, FP);
	f->lsx = f->fpu && bit(c2, LSX);
	f->lasx = f->lsx && bit(c2, LASX);
	f->hwcap = HWCAP_CPUCFG | (bit(c2, LAM) ? (u64)HWCAP_LAM : 0) |
		   (bit(c1, UAL) ? (u64)HWCAP_UAL : 0) | (bit(c1, CRC) ? (u64)HWCAP_CRC32 : 0) |
		   (f->fpu ? (u64)HWCAP_FPU : 0) | (f->lsx ? (u64)HWCAP_LSX : 0) |
		   (f->lasx ? (u64)HWCAP_LASX : 0);
}

void cpu_prepare(u32 cpu, u64 emergency_end)
{
	struct cpu_local *c = &array_at(cpu_areas, cpu).local;
	*c = (struct cpu_local){ .self = c, .cpu_id = cpu, .emergency_sp = emergency_end };
}

void cpu_prepare_boot(void)
{
	cpu_areas[0].local.emergency_sp = address_of_(boot_emergency_stack.bytes) +
					  EMERGENCY_STACK_SIZE;
}

void cpu_init(void)
{
	enum : u64 { FPE = 1, SXE = 2, ASXE = 4 };
	const struct cpu_features *f = &cpu_features;
	csr_write(CSR_EUEN,
		  (f->fpu ? (u64)FPE : 0) | (f->lsx ? (u64)SXE : 0) | (f->lasx ? (u64)ASXE : 0));
	csr_write(CSR_ECFG, ECFG_VECTORS | INT_TIMER | INT_DEVICES | INT_IPI);
	ipi_enable();
}

void cpu_unmap_guards(void)
{
	(void)paging_unmap_page(address_of_(boot_emergency_stack.guard));
}

/* ---- what programs may know ---- */

static void put_name(struct span out, usize at, u64 v)
{
	for (u32 i = 0; i < 8; i++)
		span_set(out, at + i, (u8)(v >> (8 * i)));
}

void boot_cpu_info(u32 cpu, struct cpu_info *out)
{
	enum : u32 { IOCSR_VENDOR = 0x10, IOCSR_NAME = 0x20 };
	(void)cpu; /* all CPUs are of one kind */
	*out = (struct cpu_info){ .frequency_hz = arch_counter_hz() };
	u32 id = cpucfg(0);
	put_name(span_of(out->vendor), 0, iocsr_read64(IOCSR_VENDOR));
	put_name(span_of(out->model_name), 0, iocsr_read64(IOCSR_NAME));
	out->family = id >> 12 & 0xf;
	out->model = id >> 8 & 0xf;
	out->stepping = id & 0xff;
}

struct str boot_machine(void)
{
	return STR("loongarch64");
}
