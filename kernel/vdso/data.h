/* SPDX-License-Identifier: MPL-2.0 */
/*
 * data - the page that kernel and vDSO share.  It stands directly below the image in every address
 * space.
 */
#pragma once
#include <osxtd/base.h>

enum : u32 { VDSO_SHIFT = 32 }; /* a constant: shifting by one costs less */

struct vdso_data {
	u32 sequence; /* odd while it is being changed */
	u32 unused;
	u64 base_counter;
	u64 mult; /* ns = ((counter - base_counter) * mult >> VDSO_SHIFT) + base; 0: call the kernel
		   */
	u64 base_ns[2]; /* at base_counter: monotonic time, real time */
};
