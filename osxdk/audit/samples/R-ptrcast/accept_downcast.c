/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/object.h>

struct pet {
	struct object object;
};
REF_TYPE(pet);
struct cat {
	struct pet pet;
	u32 legs;
};
SUBTYPE(cat, pet);
u32 legs_of(struct pet *p)
{
	return cat_is(p) ? cat_of(p)->legs : 0;
}
