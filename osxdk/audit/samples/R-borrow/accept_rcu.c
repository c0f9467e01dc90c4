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
	RCU_READ();
	const struct pet *p = pet_rcu_get(&h->pet);
	return p == nullptr ? 0 : p->age;
}
void replace(struct house *h, struct pet_ref fresh)
{
	pet_rcu_publish(&h->pet, pet_move(&fresh));
}
