/* SPDX-License-Identifier: MPL-2.0 */
/* ktest_trap - the way from a trap to the test that expected it; private to OSXTD. */
#pragma once
#include <osxtd/base.h>

#ifdef KTESTS
/* Whether the current task is the body of EXPECT_TRAP. */
bool ktest_expects_trap(void);
/* Ends the current task when it is the body of EXPECT_TRAP, else returns. */
void ktest_caught(const char *why);
/* Whether the current task runs such a body. */
bool ktest_wants_trap(void);
#else
ALWAYS_INLINE bool ktest_expects_trap(void)
{
	return false;
}
ALWAYS_INLINE void ktest_caught(const char *) {}
ALWAYS_INLINE bool ktest_wants_trap(void)
{
	return false;
}
#endif
