/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/span.h>

struct value {
	enum : u32 { VALUE_NUMBER, VALUE_TEXT } kind;
	u64 number;
	struct str text;
};
u64 number_of(const struct value *v)
{
	return v->kind == VALUE_NUMBER ? v->number : 0;
}
