/* SPDX-License-Identifier: MPL-2.0 */
/*
 * regs - control and status registers, CPUCFG, and the I/O registers of the CPU's package; private
 * to the architecture.
 *
 *   Spec:  LoongArch Reference Manual volume 1, 2.2.10 (CPUCFG), 4.2 (CSR and IOCSR instructions).
 */
#pragma once
#include <osxtd/base.h>

#include "csr.h"

ALWAYS_INLINE u64 csr_read(u32 csr)
{
	u64 v = 0;
	UNSAFE("1. only the architecture includes this header; 2. the register is read alone")
	{
		__asm__ volatile("csrrd %0, %1" : "=r"(v) : "i"(csr));
	}
	return v;
}
ALWAYS_INLINE void csr_write(u32 csr, u64 v)
{
	UNSAFE("1. only the architecture includes this header; 2. callers know what the register "
	       "does")
	{
		__asm__ volatile("csrwr %0, %1" : "+r"(v) : "i"(csr) : "memory");
	}
}
ALWAYS_INLINE u32 cpucfg(u32 word)
{
	u64 v = 0;
	UNSAFE("1. CPUCFG only reads, whatever the word that is asked for")
	{
		__asm__("cpucfg %0, %1" : "=r"(v) : "r"((u64)word));
	}
	return (u32)v;
}
ALWAYS_INLINE u64 iocsr_read64(u32 address)
{
	u64 v = 0;
	UNSAFE("1. callers name a register of the CPU's package")
	{
		__asm__ volatile("iocsrrd.d %0, %1" : "=r"(v) : "r"((u64)address) : "memory");
	}
	return v;
}
ALWAYS_INLINE void iocsr_write64(u32 address, u64 v)
{
	UNSAFE("1. callers name a register of the CPU's package, and what it means")
	{
		__asm__ volatile("iocsrwr.d %0, %1" ::"r"(v), "r"((u64)address) : "memory");
	}
}
ALWAYS_INLINE void iocsr_write32(u32 address, u32 v)
{
	UNSAFE("1. callers name a register of the CPU's package, and what it means")
	{
		__asm__ volatile("iocsrwr.w %0, %1" ::"r"((u64)v), "r"((u64)address) : "memory");
	}
}

struct cpu_features {
	bool fpu, lsx, lasx;
	u64 hwcap; /* enum user_hwcap */
};
extern struct cpu_features shared cpu_features OWNER(boot);
