/* SPDX-License-Identifier: MPL-2.0 */
/* code - programs that write code and run it. */
#include <osxtd/cpu.h>

void cpu_sync_all_code(void)
{
	cpu_sync_code(); /* the only CPU */
}
