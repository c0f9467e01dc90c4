/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/object.h>

struct pet {
	struct object object;
	u32 age;
};
REF_TYPE(pet);
struct walker {
	struct pet_ref pet OWNER(self);
};
u32 age_beside(struct walker *self)
{
	return pet_get(&self->pet)->age;
}
