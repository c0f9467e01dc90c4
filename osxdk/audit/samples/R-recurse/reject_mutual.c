/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

static bool is_odd(u32 n);
static bool is_even(u32 n) /* breach */
{
	return n == 0 || is_odd(n - 1);
}
static bool is_odd(u32 n) /* breach */
{
	return n != 0 && is_even(n - 1);
}
bool has_pairs(u32 n)
{
	return is_even(n);
}
