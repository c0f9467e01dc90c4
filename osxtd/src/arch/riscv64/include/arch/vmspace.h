/* SPDX-License-Identifier: MPL-2.0 */
/*
 * vmspace - the user half of a riscv64 address space: the lower half of 2^48 addresses in Sv48, of
 * 2^39 in Sv39.
 */
#pragma once
#include <osxtd/base.h>

enum : u64 { VMSPACE_LOW = 0x1000 };
OSXTD_API extern u64 shared vmspace_high OWNER(boot); /* set before there is a space */
#define VMSPACE_HIGH vmspace_high		      /* exclusive */
