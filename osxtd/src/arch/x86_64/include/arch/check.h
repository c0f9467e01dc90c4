/* SPDX-License-Identifier: MPL-2.0 */
/* check - what a trap says of the compiler's check that it is, for tests. */
#pragma once

/* The instruction names the check: why is what the report says. */
#define ARCH_CHECK_WHY(why) why
/* Of a check that was reported before it trapped (debug builds). */
#define ARCH_CHECK_REPORTED "indirect call of the wrong type, or unreachable code"
