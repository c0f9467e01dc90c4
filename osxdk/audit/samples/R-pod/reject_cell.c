/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/lock.h>
#include <osxtd/object.h>

struct pet {
	struct object object;
	u32 age;
};
REF_TYPE(pet);
LOCK_CLASS(sample_owner, seq);
struct owner {
	struct pet_ref pet;
};
SEQ_CELL(sample_owner, owner); /* breach */
