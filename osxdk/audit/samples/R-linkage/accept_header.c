/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/cpu.h>

u32 cpus(void)
{
	return cpu_count();
}
