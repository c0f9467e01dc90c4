/* SPDX-License-Identifier: MPL-2.0 */
/* vmspace - the user half of a riscv64 address space in Sv48 (48-bit virtual addresses). */
#pragma once
#include <osxtd/base.h>

enum : u64 {
	VMSPACE_LOW = 0x1000,
	VMSPACE_HIGH = 0x0000800000000000, /* exclusive */
};
