/* SPDX-License-Identifier: MPL-2.0 */
/*
 * mmio - the registers of a device: a number that stands for a mapped area, read and written
 * register by register at byte offsets.  Private to osxtd.
 */
#pragma once
#include <osxtd/base.h>

/* KASAN lets accesses to other address spaces alone: registers have no shadow.  To the CPU it is
 * the same space. */
#define MMIO_ volatile __attribute__((address_space(1)))

struct mmio {
	u64 _va; /* 0: not mapped */
};
ALWAYS_INLINE bool mmio_is_mapped(struct mmio m)
{
	return m._va != 0;
}
ALWAYS_INLINE u32 mmio_read32(struct mmio m, u32 offset)
{
	UNSAFE("1. m is a mapped device; 2. callers name one of its 32-bit registers; 3. no RAM is "
	       "mapped "
	       "there")
	return *(const MMIO_ u32 *)(m._va + offset);
}
ALWAYS_INLINE void mmio_write32(struct mmio m, u32 offset, u32 v)
{
	UNSAFE("1. as mmio_read32; 2. callers name a register that may be written, and what it "
	       "means")
	{
		*(MMIO_ u32 *)(m._va + offset) = v;
	}
}
ALWAYS_INLINE u8 mmio_read8(struct mmio m, u32 offset)
{
	UNSAFE("1. as mmio_read32, for a register of one byte")
	return *(const MMIO_ u8 *)(m._va + offset);
}
ALWAYS_INLINE void mmio_write8(struct mmio m, u32 offset, u8 v)
{
	UNSAFE("1. as mmio_write32, for a register of one byte")
	{
		*(MMIO_ u8 *)(m._va + offset) = v;
	}
}
#undef MMIO_
