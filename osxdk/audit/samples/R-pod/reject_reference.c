/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/object.h>
#include <osxtd/user.h>

struct pet {
	struct object object;
};
REF_TYPE(pet);
struct box {
	u64 number;
	struct pet_ref pet;
};
err_t fill(struct uaddr from, struct box *b)
{
	return user_read(from, span_of(*b)); /* breach */
}
