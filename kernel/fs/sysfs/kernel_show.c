/* SPDX-License-Identifier: MPL-2.0 */
/* kernel_show - the texts of /sys/kernel. */
#include <osxtd/oops.h>

#include "fs/sysfs/show.h"

void show_oops_count(u32 number, struct text *t)
{
	(void)number;
	FMT(t, "{}\n", oops_count());
}
