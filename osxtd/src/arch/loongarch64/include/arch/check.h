/* SPDX-License-Identifier: MPL-2.0 */
/* check - what a trap says of the compiler's check that it is, for tests. */
#pragma once

/* One instruction stands for all checks. */
#define ARCH_CHECK_WHY(why) "a check of the compiler failed"
/* Of a check that was reported before it trapped (debug builds). */
#define ARCH_CHECK_REPORTED "a check of the compiler failed"
