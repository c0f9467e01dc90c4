/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

UNSAFE("1. only the number is used, nobody follows it; 2. it stays inside this file")
u64 number_of(const u32 *p)
{
	return (u64)p;
}
