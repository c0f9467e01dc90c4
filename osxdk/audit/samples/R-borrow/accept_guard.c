/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/lock.h>
#include <osxtd/object.h>

struct pet {
	struct object object;
	u32 age;
};
REF_TYPE(pet);
LOCK_CLASS(sample_house, spin);
struct house {
	struct sample_house_lock lock;
	struct pet_ref pet GUARDED(sample_house);
	struct pet_ref founder IMMUTABLE;
};
u32 age_in(struct house *h)
{
	GUARD(sample_house, &h->lock);
	const struct pet *p = pet_get(&h->pet);
	return p->age;
}
u32 age_of_founder(const struct house *h)
{
	return pet_get(&h->founder)->age;
}
