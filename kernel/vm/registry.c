/* SPDX-License-Identifier: MPL-2.0 */
#include "vm/registry.h"

#include <osxtd/buf.h>

/* Slot i of the vector is place i + 1. */
struct slot {
	struct vmspace_weak space;
	u32 next_free; /* place of the next free slot, 0 at the end */
};
VEC_TYPE(slots, struct slot);

struct registry {
	struct mm_registry_lock lock;
	struct slots slots GUARDED(mm_registry);
	u32 first_free GUARDED(mm_registry);
};
PER_CPU(struct registry, registries);

err_t mm_registry_add(struct vmspace *s, struct mm_ticket *out)
{
	u32 cpu = cpu_id(); /* only a hint: any list would do */
	struct registry *r = per_cpu(registries, cpu);
	GUARD(mm_registry, &r->lock);
	u32 place = r->first_free;
	struct slot *slot = nullptr;
	if (place != 0) {
		slot = slots_at(&r->slots, place - 1);
		r->first_free = slot->next_free;
	} else {
		TRY(slots_push(&r->slots, &slot));
		place = (u32)slots_len(&r->slots);
	}
	slot->space = vmspace_weaken(s);
	*out = (struct mm_ticket){ cpu, place };
	return OK;
}

void mm_registry_remove(struct mm_ticket ticket)
{
	if (ticket.slot == 0)
		return;
	struct registry *r = per_cpu(registries, ticket.cpu);
	GUARD(mm_registry, &r->lock);
	struct slot *slot = slots_at(&r->slots, ticket.slot - 1);
	slot->space = (struct vmspace_weak){};
	slot->next_free = r->first_free;
	r->first_free = ticket.slot;
}

/* Looks at places at->slot + 1 … of at->cpu. */
static bool next_on_cpu(struct mm_ticket *at, struct vmspace_ref *out)
{
	struct registry *r = per_cpu(registries, at->cpu);
	GUARD(mm_registry, &r->lock);
	while (at->slot < slots_len(&r->slots)) {
		struct slot *slot = slots_at(&r->slots, at->slot++);
		if (vmspace_upgrade(slot->space, out))
			return true;
	}
	return false;
}

bool mm_registry_next(struct mm_ticket *at, struct vmspace_ref *out)
{
	for (; at->cpu < cpu_count(); *at = (struct mm_ticket){ at->cpu + 1, 0 })
		if (next_on_cpu(at, out))
			return true;
	return false;
}
