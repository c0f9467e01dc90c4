/* SPDX-License-Identifier: MPL-2.0 */
/*
 * cpu - features of the CPU, its descriptor tables, and the registers that make user mode possible.
 *
 *   Spec:  Intel SDM volume 3: 2.5 (control registers), 4.6 (protection), 8.7 (TSS in 64-bit
 * mode), 7.14.
 */
#include "cpu_area.h"

#include "mm/paging.h"
#include <osxtd/boot.h>
#include <osxtd/cpu.h>

#include "offsets.h"
#include "regs.h"
#include "tsc.h"

struct cpu_features shared cpu_features;
struct cpu_area shared cpu_areas[CPU_MAX];

/* Stacks for the exceptions that must not trust the one they hit: #DF, NMI, #MC, #DB. */
struct ist_stacks {
	struct ist_stack {
		u8 guard[PAGE_SIZE]; /* unmapped by cpu_unmap_guards */
		u8 bytes[IST_SIZE];
	} stack[IST_COUNT];
} __attribute__((aligned(4096)));
static struct ist_stacks shared boot_ist_stacks;

struct idt_gate {
	u16 offset_low, selector;
	u8 ist, attributes;
	u16 offset_mid;
	u32 offset_high, reserved;
};
static struct idt_gate shared idt[VECTOR_COUNT] __attribute__((aligned(16)));
extern const u8 trap_stubs[VECTOR_COUNT][16];
void syscall_entry(void);

/* ---- features ---- */

static u32 cpuid_max(u32 base)
{
	return cpuid(base, 0).eax;
}

static void detect_xsave(struct cpu_features *f)
{
	enum : u64 { X87 = 1, SSE = 2, AVX = 4, AVX512 = 0xe0 };
	f->xsave_bytes = 512;
	if (!f->xsave || cpuid_max(0) < 0xd)
		f->xsave = false;
	if (!f->xsave)
		return;
	struct cpuid c = cpuid(0xd, 0);
	u64 have = (u64)c.edx << 32 | c.eax;
	f->xcr0 = have & (X87 | SSE | AVX);
	if ((have & (AVX512 | AVX)) == (AVX512 | AVX))
		f->xcr0 |= AVX512;
}

void cpu_detect(void)
{
	struct cpu_features *f = &cpu_features;
	struct cpuid c1 = cpuid(1, 0), c7 = {};
	if (cpuid_max(0) >= 7)
		c7 = cpuid(7, 0);
	struct cpuid ext = {};
	if (cpuid_max(0x80000000) >= 0x80000001)
		ext = cpuid(0x80000001, 0);
	f->pcid = (c1.ecx >> 17 & 1) != 0;
	f->x2apic = (c1.ecx >> 21 & 1) != 0;
	f->tsc_deadline = (c1.ecx >> 24 & 1) != 0;
	f->xsave = (c1.ecx >> 26 & 1) != 0;
	f->hypervisor = (c1.ecx >> 31 & 1) != 0;
	f->fsgsbase = (c7.ebx & 1) != 0;
	f->smep = (c7.ebx >> 7 & 1) != 0;
	f->smap = (c7.ebx >> 20 & 1) != 0;
	f->umip = (c7.ecx >> 2 & 1) != 0;
	f->nx = (ext.edx >> 20 & 1) != 0;
	f->gib_pages = (ext.edx >> 26 & 1) != 0;
	f->rdtscp = (ext.edx >> 27 & 1) != 0;
	detect_xsave(f);
}

/* ---- descriptor tables ---- */

struct table_pointer {
	u16 limit;
	u64 base;
} __attribute__((packed));

static void load_gdt(struct cpu_area *a)
{
	u64 tss = address_of_(&a->tss_words);
	a->gdt[KERNEL_CS / 8] = 0x00af9b000000ffff;
	a->gdt[KERNEL_DS / 8] = 0x00cf93000000ffff;
	a->gdt[USER_DS / 8] = 0x00cff3000000ffff;
	a->gdt[USER_CS / 8] = 0x00affb000000ffff;
	a->gdt[TSS_SELECTOR / 8] = 0x0000890000000000 | (TSS_BYTES - 1) | (tss & 0xffffff) << 16 |
				   (tss >> 24 & 0xff) << 56;
	a->gdt[TSS_SELECTOR / 8 + 1] = tss >> 32;
	struct table_pointer pointer = { sizeof(a->gdt) - 1, address_of_(a->gdt) };
	UNSAFE("1. the block belongs to this CPU alone; 2. the GDT has a fixed layout, asserted "
	       "against offsets.h")
	{
		__asm__ volatile(
			"lgdt %0\n\tpushq %1\n\tleaq 1f(%%rip), %%rax\n\tpushq %%rax\n\tlretq\n"
			"1:\n\tmovl %2, %%eax\n\tmovl %%eax, %%ss\n\tmovl %3, %%eax\n\tltr %%ax" ::
				"m"(pointer),
			"i"(KERNEL_CS), "i"(KERNEL_DS), "i"(TSS_SELECTOR)
			: "rax", "memory");
	}
}

static void set_ist(struct cpu_area *a, u32 i, u64 end)
{
	UNSAFE("1. the stack is that CPU's and IST_SIZE long; 2. the pointer at its top is what "
	       "trap_entry.S reads there")
	u64 *top = (u64 *)end - 2;
	*top = address_of_(a);
	cpu_tss_set(a, TSS_IST1 + i * 8, address_of_(top));
}

/* No I/O permission bitmap: it lies past the limit. */
static void set_tss(struct cpu_area *a)
{
	a->tss_words[TSS_BYTES / 4 - 1] = TSS_BYTES << 16;
}

void cpu_unmap_guards(void)
{
	for (u32 i = 0; i < IST_COUNT; i++)
		(void)paging_unmap_page(address_of_(array_at(boot_ist_stacks.stack, i).guard));
}

static u8 gate_ist(u32 vector)
{
	switch (vector) {
	case 8:
		return 1;
	case 2:
		return 2;
	case 18:
		return 3;
	case 1:
		return 4;
	default:
		return 0;
	}
}

static void fill_idt(void)
{
	for (u32 i = 0; i < VECTOR_COUNT; i++) {
		UNSAFE("1. there is a stub for each of the VECTOR_COUNT vectors; only its address "
		       "is used")
		u64 stub = (u64)trap_stubs[i];
		array_at(idt, i) = (struct idt_gate){
			.offset_low = (u16)stub,
			.offset_mid = (u16)(stub >> 16),
			.offset_high = (u32)(stub >> 32),
			.selector = KERNEL_CS,
			.ist = gate_ist(i),
			.attributes = (i == 3 || i == 4) ? 0xee : 0x8e,
		};
	}
}

void cpu_prepare(u32 cpu, const struct ist_ends *stacks)
{
	struct cpu_area *a = &array_at(cpu_areas, cpu);
	*a = (struct cpu_area){ .local = { .self = &a->local, .cpu_id = cpu } };
	for (u32 i = 0; i < IST_COUNT; i++)
		set_ist(a, i, array_at(stacks->end, i));
	set_tss(a);
}

void cpu_prepare_boot(void)
{
	struct cpu_area *a = &cpu_areas[0];
	for (u32 i = 0; i < IST_COUNT; i++)
		set_ist(a, i, address_of_(array_at(boot_ist_stacks.stack, i).bytes) + IST_SIZE);
	set_tss(a);
	fill_idt();
}

static void load_idt(void)
{
	struct table_pointer pointer = { sizeof(idt) - 1, address_of_(idt) };
	UNSAFE("1. every gate leads to its stub; 2. only int3 and into may be raised by user mode")
	{
		__asm__ volatile("lidt %0" ::"m"(pointer));
	}
}

static void set_control_registers(void)
{
	const struct cpu_features *f = &cpu_features;
	u64 cr4 = cr4_read() | CR4_DE | CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT;
	cr4 |= (f->umip ? CR4_UMIP : 0) | (f->fsgsbase ? CR4_FSGSBASE : 0) |
	       (f->xsave ? CR4_OSXSAVE : 0);
	cr4 |= (f->smep ? CR4_SMEP : 0) | (f->smap ? CR4_SMAP : 0);
	cr4_write(cr4);
	cr0_write((cr0_read() & ~(CR0_EM | CR0_TS)) | CR0_MP | CR0_NE | CR0_WP);
	if (!f->xsave)
		return;
	UNSAFE("1. xcr0 holds what CPUID shows, no more")
	{
		__asm__ volatile("xsetbv" ::"c"(0), "a"((u32)f->xcr0), "d"((u32)(f->xcr0 >> 32)));
	}
}

/* U2: the flags that FMASK clears are those that change what the kernel's own code does. */
static void set_syscall_registers(void)
{
	UNSAFE("1. the entry point, segments and flag mask are those that user_entry.S expects")
	u64 entry = (u64)&syscall_entry;
	msr_write(MSR_EFER, msr_read(MSR_EFER) | EFER_SCE);
	msr_write(MSR_STAR, (u64)(USER_BASE | 3) << 48 | (u64)KERNEL_CS << 32);
	msr_write(MSR_LSTAR, entry);
	msr_write(MSR_CSTAR, entry); /* unreachable: there is no 32-bit code segment */
	msr_write(MSR_FMASK, 0x257fd5);
	msr_write(MSR_KERNEL_GS_BASE, 0);
}

void cpu_init(void)
{
	struct cpu_area *a = cpu_area();
	set_control_registers();
	if (cpu_features.xsave && a->local.cpu_id == 0)
		cpu_features.xsave_bytes = cpuid(0xd, 0).ebx;
	load_gdt(a);
	load_idt();
	set_syscall_registers();
	if (cpu_features.rdtscp)
		msr_write(MSR_TSC_AUX, a->local.cpu_id); /* what RDTSCP tells programs */
}

/* ---- what programs may know ---- */

static void put_u32(struct span out, usize at, u32 v)
{
	for (u32 i = 0; i < 4; i++)
		span_set(out, at + i, (u8)(v >> (8 * i)));
}

void boot_cpu_info(u32 cpu, struct cpu_info *out)
{
	(void)cpu; /* all CPUs are of one kind */
	*out = (struct cpu_info){ .frequency_hz = tsc_hz() };
	struct cpuid v = cpuid(0, 0), c1 = cpuid(1, 0);
	put_u32(span_of(out->vendor), 0, v.ebx);
	put_u32(span_of(out->vendor), 4, v.edx);
	put_u32(span_of(out->vendor), 8, v.ecx);
	out->stepping = c1.eax & 15;
	out->family = c1.eax >> 8 & 15;
	out->model = c1.eax >> 4 & 15;
	if (out->family == 6 || out->family == 15)
		out->model |= c1.eax >> 12 & 0xf0;
	if (out->family == 15)
		out->family += c1.eax >> 20 & 0xff;
	u32 max = cpuid_max(0x80000000);
	for (u32 i = 0; max >= 0x80000004 && i < 3; i++) {
		struct cpuid c = cpuid(0x80000002 + i, 0);
		put_u32(span_of(out->model_name), i * 16, c.eax);
		put_u32(span_of(out->model_name), i * 16 + 4, c.ebx);
		put_u32(span_of(out->model_name), i * 16 + 8, c.ecx);
		put_u32(span_of(out->model_name), i * 16 + 12, c.edx);
	}
	if (max >= 0x80000006)
		out->cache_kib = cpuid(0x80000006, 0).ecx >> 16;
}

struct str boot_machine(void)
{
	return STR("x86_64");
}
