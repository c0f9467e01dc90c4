/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

#define LIMIT 8
u32 limit(void)
{
	return LIMIT;
}
