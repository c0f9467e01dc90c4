/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

u32 peek(const volatile u32 *device) /* breach */
{
	return *device;
}
