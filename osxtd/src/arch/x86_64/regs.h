/* SPDX-License-Identifier: MPL-2.0 */
/*
 * regs - ports, model-specific and control registers, CPUID; private to the architecture.
 *
 *   Spec:  Intel SDM volume 2 and 4.
 */
#pragma once
#include <osxtd/base.h>

enum : u32 {
	MSR_APIC_BASE = 0x1b,
	MSR_X2APIC = 0x800,
	MSR_EFER = 0xc0000080,
	MSR_STAR = 0xc0000081,
	MSR_LSTAR = 0xc0000082,
	MSR_CSTAR = 0xc0000083,
	MSR_FMASK = 0xc0000084,
	MSR_FS_BASE_ = 0xc0000100,
	MSR_GS_BASE_ = 0xc0000101,
	MSR_KERNEL_GS_BASE = 0xc0000102,
	MSR_TSC_AUX = 0xc0000103,
};
enum : u64 {
	EFER_SCE = 1 << 0,
	EFER_NXE = 1 << 11,
	CR0_MP = 1 << 1,
	CR0_EM = 1 << 2,
	CR0_TS = 1 << 3,
	CR0_NE = 1 << 5,
	CR0_WP = 1 << 16,
	CR4_TSD = 1 << 2,
	CR4_DE = 1 << 3,
	CR4_PGE = 1 << 7,
	CR4_OSFXSR = 1 << 9,
	CR4_OSXMMEXCPT = 1 << 10,
	CR4_UMIP = 1 << 11,
	CR4_FSGSBASE = 1 << 16,
	CR4_OSXSAVE = 1 << 18,
	CR4_SMEP = 1 << 20,
	CR4_SMAP = 1 << 21,
};

ALWAYS_INLINE void outb(u16 port, u8 v)
{
	UNSAFE("1. only the architecture includes this header; 2. writes the byte that the driver "
	       "of the "
	       "port means")
	{
		__asm__ volatile("outb %0, %1" ::"a"(v), "Nd"(port) : "memory");
	}
}
ALWAYS_INLINE void outw(u16 port, u16 v)
{
	UNSAFE("1. only the architecture includes this header; 2. writes the 16 bits that the "
	       "driver of "
	       "the port means")
	{
		__asm__ volatile("outw %0, %1" ::"a"(v), "Nd"(port) : "memory");
	}
}
ALWAYS_INLINE void outl(u16 port, u32 v)
{
	UNSAFE("1. only the architecture includes this header; 2. writes the 32 bits that the "
	       "driver of "
	       "the port means")
	{
		__asm__ volatile("outl %0, %1" ::"a"(v), "Nd"(port) : "memory");
	}
}
ALWAYS_INLINE u8 inb(u16 port)
{
	u8 v = 0;
	UNSAFE("1. only the architecture includes this header; 2. a byte read from a port has the "
	       "effects "
	       "that its driver means")
	{
		__asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	}
	return v;
}
ALWAYS_INLINE u16 inw(u16 port)
{
	u16 v = 0;
	UNSAFE("1. only the architecture includes this header; 2. 16 bits read from a port have "
	       "the "
	       "effects that the driver means")
	{
		__asm__ volatile("inw %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	}
	return v;
}
ALWAYS_INLINE u32 inl(u16 port)
{
	u32 v = 0;
	UNSAFE("1. only the architecture includes this header; 2. 32 bits read from a port have "
	       "the "
	       "effects that the driver means")
	{
		__asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	}
	return v;
}
ALWAYS_INLINE u64 msr_read(u32 msr)
{
	u32 low = 0, high = 0;
	UNSAFE("1. callers name registers that the CPU has; another one faults and is reported")
	{
		__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	}
	return (u64)high << 32 | low;
}
ALWAYS_INLINE void msr_write(u32 msr, u64 v)
{
	UNSAFE("1. callers name registers that the CPU has and values that keep the kernel's "
	       "invariants")
	{
		__asm__ volatile("wrmsr" ::"c"(msr), "a"((u32)v), "d"((u32)(v >> 32)) : "memory");
	}
}

struct cpuid {
	u32 eax, ebx, ecx, edx;
};
ALWAYS_INLINE struct cpuid cpuid(u32 leaf, u32 sub)
{
	struct cpuid c = {};
	UNSAFE("1. CPUID reads only, whatever the leaf")
	{
		__asm__ volatile("cpuid"
				 : "=a"(c.eax), "=b"(c.ebx), "=c"(c.ecx), "=d"(c.edx)
				 : "a"(leaf), "c"(sub));
	}
	return c;
}

#define CR_ACCESS_(n)                                                                              \
	UNSAFE("1. control registers are only read, at the kernel\'s privilege")                   \
	ALWAYS_INLINE u64 cr##n##_read(void)                                                       \
	{                                                                                          \
		u64 v = 0;                                                                         \
		__asm__ volatile("mov %%cr" #n ", %0" : "=r"(v)::"memory");                        \
		return v;                                                                          \
	}                                                                                          \
	UNSAFE("1. callers keep paging, protection and the kernel's mappings as they are")         \
	ALWAYS_INLINE void cr##n##_write(u64 v)                                                    \
	{                                                                                          \
		__asm__ volatile("mov %0, %%cr" #n ::"r"(v) : "memory");                           \
	}                                                                                          \
	static_assert(true)
CR_ACCESS_(0);
CR_ACCESS_(2);
CR_ACCESS_(3);
CR_ACCESS_(4);

/* What this CPU has; filled once by cpu_detect. */
struct cpu_features {
	bool nx, smep, smap, umip, fsgsbase, xsave, x2apic, tsc_deadline, pcid, hypervisor,
		gib_pages, rdtscp;
	u64 xcr0;	 /* state components that are switched */
	u32 xsave_bytes; /* size of the XSAVE area (512 without XSAVE) */
};
extern struct cpu_features shared cpu_features;
void cpu_detect(void);
