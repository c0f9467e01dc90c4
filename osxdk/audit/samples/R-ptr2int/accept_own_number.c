/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

struct thing {
	u32 id;
};
u32 hash_of(const struct thing *t)
{
	return t->id * 31;
}
