/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/sysargs.h>

u64 end_of(const struct sysargs *a)
{
	u64 end = 0;
	return ckd_add(a->a0, a->a1, &end) ? end : 0;
}
