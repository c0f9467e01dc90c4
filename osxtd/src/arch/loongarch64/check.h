/* SPDX-License-Identifier: MPL-2.0 */
/* check - whether an instruction is one that the compiler's checks end in; private to the
 * architecture. */
#pragma once
#include <osxtd/base.h>

/* What the instruction at ip says, null when it is not one of them. */
const char *check_reason(u64 ip);
