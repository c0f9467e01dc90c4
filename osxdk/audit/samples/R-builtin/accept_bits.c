/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

u32 bits(u64 set)
{
	return (u32)__builtin_popcountll(set);
}
