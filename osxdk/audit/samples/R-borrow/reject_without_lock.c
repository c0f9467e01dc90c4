/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/lock.h>
#include <osxtd/object.h>

struct pet {
	struct object object;
	u32 age;
};
REF_TYPE(pet);
LOCK_CLASS(sample_yard, spin);
struct yard {
	struct sample_yard_lock lock;
	struct pet_ref pet OWNER(sample_yard);
};
u32 age_in(const struct yard *y)
{
	return pet_get(&y->pet)->age; /* breach */
}
