/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

u32 count(u32 n)
{
	u32 done = 0;
again:
	done++;
	if (done < n)
		goto again; /* breach */
	return done;
}
