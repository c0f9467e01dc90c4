/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/object.h>

struct pet {
	struct object object;
	u32 age;
};
REF_TYPE(pet);
struct room {
	struct pet_ref pet;
};
u32 age_in(const struct room *r)
{
	return pet_get(&r->pet)->age; /* breach */
}
