/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/lock.h>
#include <osxtd/object.h>

struct pet {
	struct object object;
	u32 age;
};
REF_TYPE(pet);
LOCK_CLASS(sample_house, rwmutex);
struct house {
	struct sample_house_lock lock;
	struct pet_ref pet GUARDED(sample_house);
};
u32 age_in(struct house *h)
{
	READ_GUARD(sample_house, &h->lock);
	const struct pet *p = pet_get(&h->pet);
	return p->age;
}
u32 age_shared(const struct house *h) HOLDS_SHARED(sample_house)
{
	return pet_get(&h->pet)->age;
}
