/* SPDX-License-Identifier: MPL-2.0 */
/* random - the CPU's own random numbers.  Intel SDM vol. 1, 7.3.17 RDRAND; CPUID.1:ECX bit 30. */
#pragma once
#include <osxtd/base.h>

/* false when the CPU has no generator or it gives nothing now. */
[[nodiscard]] ALWAYS_INLINE bool arch_random(u64 *out)
{
	u32 a = 1, b = 0, c = 0, d = 0;
	UNSAFE("1. CPUID only reads, whatever the leaf that is asked for")
	{
		__asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	}
	if ((c >> 30 & 1) == 0)
		return false;
	for (u32 tries = 0; tries < 10; tries++) {
		u64 v = 0;
		bool ok = false;
		UNSAFE("1. CPUID says that the CPU has RDRAND")
		{
			__asm__ volatile("rdrand %0" : "=r"(v), "=@ccc"(ok));
		}
		if (ok) {
			*out = v;
			return true;
		}
	}
	return false;
}
