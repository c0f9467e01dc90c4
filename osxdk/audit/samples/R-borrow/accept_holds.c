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
BORROWS struct pet *pet_in(struct house *h) HOLDS(sample_house);
struct pet *pet_in(struct house *h)
{
	return pet_get(&h->pet);
}
