/* SPDX-License-Identifier: MPL-2.0 */
/* vmspace - the user half of a loongarch64 address space (48-bit virtual addresses). */
#pragma once
#include <osxtd/base.h>

enum : u64 {
	VMSPACE_LOW = 0x1000,
	VMSPACE_HIGH = 0x00007ffffffff000, /* exclusive; the last page stays empty */
};
