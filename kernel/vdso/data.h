/* SPDX-License-Identifier: MPL-2.0 */
/*
 * data - the page that kernel and vDSO share.  It stands directly below the image in every address
 * space.
 */
#pragma once
#include <osxtd/base.h>

enum : u32 { VDSO_SHIFT = 48 }; /* CLOCK_SHIFT of osxtd/timer.h */

/* ns = ((counter - base_counter) * mult >> VDSO_SHIFT) + base */
struct vdso_line {
	u64 base_counter;
	u64 mult; /* 0: call the kernel */
};

struct vdso_data {
	u32 sequence; /* odd while it is being changed */
	u32 unused;
	struct vdso_line steered, raw;
	/* at the line's base_counter: monotonic time, real time; time that is not steered */
	u64 base_ns[3];
};
