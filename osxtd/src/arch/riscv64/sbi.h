/* SPDX-License-Identifier: MPL-2.0 */
/* sbi - calls to the firmware below.
 * Spec: RISC-V SBI 2.0, 3 (calling), 6 (timer), 7 (IPI), 8 (RFENCE), 9 (HSM), 10 (reset). */
#pragma once
#include <osxtd/base.h>

enum : u64 {
	SBI_BASE = 0x10,
	SBI_TIMER = 0x54494d45,
	SBI_IPI = 0x735049,
	SBI_IPI_SEND = 0,
	SBI_RFENCE = 0x52464e43,
	SBI_REMOTE_FENCE_I = 0,
	SBI_REMOTE_SFENCE_VMA = 1,
	SBI_HSM = 0x48534d,
	SBI_HART_START = 0,
	SBI_RESET = 0x53525354,
};
enum : u64 {
	SBI_RESET_SHUTDOWN = 0,
	SBI_RESET_COLD = 1,
	SBI_REASON_NONE = 0,
	SBI_REASON_FAILURE = 1
};

struct sbi_result {
	i64 error;
	u64 value;
};

ALWAYS_INLINE struct sbi_result sbi_call4(u64 extension, u64 function, u64 first, u64 second,
					  u64 third, u64 fourth)
{
	register u64 a0 __asm__("a0") = first;
	register u64 a1 __asm__("a1") = second;
	register u64 a2 __asm__("a2") = third;
	register u64 a3 __asm__("a3") = fourth;
	register u64 a6 __asm__("a6") = function;
	register u64 a7 __asm__("a7") = extension;
	UNSAFE("1. the firmware keeps all registers but a0 and a1; 2. the calls made change "
	       "timers, harts and power, not memory")
	{
		__asm__ volatile("ecall"
				 : "+r"(a0), "+r"(a1)
				 : "r"(a2), "r"(a3), "r"(a6), "r"(a7)
				 : "memory");
	}
	return (struct sbi_result){ (i64)a0, a1 };
}
ALWAYS_INLINE struct sbi_result sbi_call(u64 extension, u64 function, u64 first, u64 second)
{
	return sbi_call4(extension, function, first, second, 0, 0);
}
