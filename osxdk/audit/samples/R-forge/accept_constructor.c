/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/span.h>

usize room(void)
{
	u8 bytes[16] = {};
	return span_len(span_of(bytes));
}
struct str greeting(void)
{
	return STR("hello");
}
