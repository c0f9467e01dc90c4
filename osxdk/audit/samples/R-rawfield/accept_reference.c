/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/object.h>

struct pet {
	struct object object;
	u32 age;
};
REF_TYPE(pet);
struct house {
	struct pet_ref pet;
	struct pet_weak former;
};
