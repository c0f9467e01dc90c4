/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

UNSAFE("1. the caller has checked the index before")
u8 a(const u8 *p) /* breach */
{
	return p[1];
}
UNSAFE("1. the caller has checked the index before")
u8 b(const u8 *p) /* breach */
{
	return p[2];
}
UNSAFE("1. the caller has checked the index before")
u8 c(const u8 *p) /* breach */
{
	return p[3];
}
UNSAFE("1. the caller has checked the index before")
u8 d(const u8 *p) /* breach */
{
	return p[4];
}
