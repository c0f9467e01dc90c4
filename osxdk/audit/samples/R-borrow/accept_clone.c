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
	SCOPED_REF(pet, mine);
	{
		GUARD(sample_house, &h->lock);
		mine = pet_clone(pet_get(&h->pet));
	}
	return pet_get(&mine)->age;
}
