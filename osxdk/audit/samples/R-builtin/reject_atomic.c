/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

u32 peek(u32 *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED); /* breach */
}
