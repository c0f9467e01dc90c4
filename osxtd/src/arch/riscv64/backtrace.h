/* SPDX-License-Identifier: MPL-2.0 */
/* backtrace - reading kernel memory that may not be there, for reports. */
#pragma once
#include <osxtd/base.h>

/* Reads a word of kernel memory; false when that would fault or va is not the kernel's. */
bool kernel_peek(u64 va, u64 *out);
/* The frame pointer of the function it is inlined in. */
ALWAYS_INLINE u64 frame_pointer(void)
{
	UNSAFE("1. the address is only compared and read through kernel_peek")
	return (u64)__builtin_frame_address(0);
}
