/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

UNSAFE("1. the caller promised that it is sound to do this here") /* breach */
u32 one(void)
{
	return 1;
}
