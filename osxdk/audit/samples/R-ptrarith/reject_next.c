/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

const u8 *next(const u8 *p)
{
	return p + 1; /* breach */
}
