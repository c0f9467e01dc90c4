/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

UNSAFE("1. the caller has checked the index before") /* breach */
u8 a(const u8 *p)
{
	return p[1];
}
UNSAFE("1. the caller has checked the index before") /* breach */
u8 b(const u8 *p)
{
	return p[2];
}
UNSAFE("1. the caller has checked the index before") /* breach */
u8 c(const u8 *p)
{
	return p[3];
}
UNSAFE("1. the caller has checked the index before") /* breach */
u8 d(const u8 *p)
{
	return p[4];
}
