/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

u8 first(void)
{
	u8 bytes[4] = { 1 };
	const u8 *alias = bytes; /* breach */
	return *alias;
}
