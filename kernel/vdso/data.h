/* SPDX-License-Identifier: MPL-2.0 */
/*
 * data - the page that kernel and vDSO share.  It stands directly below the image in every address space.
 */
#pragma once
#include <osxtd/base.h>

struct vdso_data {
	u32 sequence;          /* odd while it is being changed */
	u32 has_clock;         /* 0: the counter is of no use, call the kernel */
	u64 base_counter;
	u64 base_ns;           /* monotonic time at base_counter */
	u64 mult;              /* ns = ((counter - base_counter) * mult >> shift) + base_ns */
	u64 shift;
	u64 realtime_offset_ns;
};
