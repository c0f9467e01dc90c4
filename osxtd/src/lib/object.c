/* SPDX-License-Identifier: MPL-2.0 */
/* object - the mistakes of those who use objects. */
#include <osxtd/object.h>

void object_bad_downcast(const struct object *o, const struct object_type *want)
{
	(void)o;
	(void)want;
	panic("an object was used as another type than it is");
}
