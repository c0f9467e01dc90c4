/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/span.h>

u64 sum(u64 a, u64 b)
{
	u64 total = 0;
	return ckd_add(a, b, &total) ? total : 0;
}
u64 first(struct cspan s)
{
	u64 word = 0;
	return cspan_read(s, 0, &word) ? word : 0;
}
