/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/fmt.h>

void put(struct text *t, u32 n)
{
	FMT(t, "{} of {}", n, STR("all"));
}
