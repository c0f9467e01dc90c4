/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

struct counter {
	u32 value;
};
u32 value_of(const struct counter *c)
{
	return c->value;
}
