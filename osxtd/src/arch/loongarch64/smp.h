/* SPDX-License-Identifier: MPL-2.0 */
/* smp - what a CPU that starts finds in memory; entry.S knows the places. */
#pragma once
#include <osxtd/base.h>

struct start_block {
	u64 root;  /* 0: of the kernel's tables */
	u64 stack; /* 8: where it ends */
	u64 area;  /* 16: what $r21 points at */
};
static_assert(offsetof(struct start_block, area) == 16);
extern struct start_block shared start_block OWNER(smp);
