/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

struct cat {
	u32 legs;
};
struct dog {
	u32 teeth;
};
u32 teeth_of(const struct cat *c)
{
	return ((const struct dog *)c)->teeth; /* breach */
}
