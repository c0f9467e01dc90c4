/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/lock.h>
#include <osxtd/object.h>
#include <osxtd/rcu.h>

struct pet {
	struct object object;
	struct rcu_link rcu;
	u32 age;
};
REF_TYPE(pet);
RCU_TYPE(pet, rcu);
LOCK_CLASS(sample_house, spin);
struct house {
	struct sample_house_lock lock;
	RCU_FIELD(pet) pet;
};
u32 age_in(const struct house *h)
{
	struct pet *p = nullptr;
	{
		RCU_READ();
		p = pet_rcu_get(&h->pet); /* breach */
	}
	return p->age;
}
