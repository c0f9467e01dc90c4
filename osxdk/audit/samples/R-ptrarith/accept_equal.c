/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/span.h>

bool is_same(const struct str *a, const struct str *b)
{
	return a == b;
}
