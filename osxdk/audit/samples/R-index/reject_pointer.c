/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

u8 second(const u8 *p)
{
	return p[1]; /* breach */
}
