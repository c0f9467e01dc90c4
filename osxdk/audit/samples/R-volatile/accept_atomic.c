/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/atomic.h>

u32 peek(const struct atomic_u32 *flag)
{
	return atomic_u32_load_acquire(flag);
}
