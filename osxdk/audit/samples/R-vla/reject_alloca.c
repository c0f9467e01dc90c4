/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

u32 zeros(u32 n)
{
	const void *words = __builtin_alloca(n); /* breach */
	return words != nullptr;
}
