/* SPDX-License-Identifier: MPL-2.0 */
/* flags: -Wno-vla */
#include <osxtd/base.h>

u32 zeros(u32 n)
{
	u32 words[n] = {}; /* breach */
	return words[0];
}
