/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

u16 screen(u64 at)
{
	return *(const u16 *)at; /* breach */
}
