/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

UNSAFE("it is fine")
u64 number_of(const u32 *p) /* breach */
{
	return (u64)p;
}
