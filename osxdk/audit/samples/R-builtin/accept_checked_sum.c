/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

bool sum(u64 a, u64 b, u64 *out)
{
	return ckd_add(a, b, out);
}
