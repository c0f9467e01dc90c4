/* SPDX-License-Identifier: MPL-2.0 */
/* count - how often the checkers of a debug build reported something that no test expected. */
#pragma once
#include <osxtd/base.h>

#ifdef OSXTD_DEBUG
u32 debug_reports(void);
#else
static inline u32 debug_reports(void)
{
	return 0;
}
#endif
