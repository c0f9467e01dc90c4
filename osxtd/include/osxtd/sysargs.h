/* SPDX-License-Identifier: MPL-2.0 */
/* sysargs - the six arguments of a system call; the first member of every architecture's user_ctx.
 */
#pragma once
#include <osxtd/base.h>

struct sysargs {
	u64 a0, a1, a2, a3, a4, a5;
};
