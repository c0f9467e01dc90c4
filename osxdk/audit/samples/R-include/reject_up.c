/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

#include "high/high.h" /* breach */

u32 height(void)
{
	return HIGH;
}
