/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/object.h>

struct pet {
	struct object object;
	u32 age;
};
REF_TYPE(pet);
struct AFFINE couple {
	struct pet_ref left, right;
};
u32 age_of_left(const struct couple *c)
{
	return pet_get(&c->left)->age;
}
u32 age_of_own(struct couple c)
{
	return age_of_left(&c);
}
