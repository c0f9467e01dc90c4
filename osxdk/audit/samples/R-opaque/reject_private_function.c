/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/cpu.h>

void become(struct task *other)
{
	cpu_set_current(other); /* breach */
}
