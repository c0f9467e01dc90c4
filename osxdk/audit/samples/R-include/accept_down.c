/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

#include "low/low.h"

u32 height(void)
{
	return LOW;
}
