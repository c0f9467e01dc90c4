/* SPDX-License-Identifier: MPL-2.0 */
/* code - programs that write code and run it. */
#include "core/smp.h"

void cpu_sync_all_code(void)
{
	cpu_sync_code();
	u64 others = cpus_others();
	if (others != 0)
		arch_code_sync_others(others);
}
