/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/cpu.h>

u32 how_many(void)
{
	return cpu_count();
}
