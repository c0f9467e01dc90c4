/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

u32 count(u32 n)
{
	u32 done = 0;
	while (done < n)
		done++;
	return done;
}
