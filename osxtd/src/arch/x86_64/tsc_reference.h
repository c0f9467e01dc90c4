/* SPDX-License-Identifier: MPL-2.0 */
/* tsc_reference - a clock of known frequency to measure others by; private to tsc.c. */
#pragma once
#include <osxtd/base.h>

struct tsc_reference {
	const char *name;
	u64 hz;
	u64 mask; /* it counts up, modulo mask + 1 */
	u64 (*read)(void);
};
/* The best one that this machine has and that runs; false when there is none. */
bool tsc_reference_find(struct tsc_reference *out);
