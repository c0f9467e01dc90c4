/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/sysargs.h>

u64 end_of(const struct sysargs *a)
{
	u64 start = a->a0, len = a->a1;
	return start + len; /* breach */
}
