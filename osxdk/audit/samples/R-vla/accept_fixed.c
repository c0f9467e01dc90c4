/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

u32 zeros(void)
{
	u32 words[8] = {};
	return words[0];
}
