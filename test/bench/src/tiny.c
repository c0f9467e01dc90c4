// SPDX-License-Identifier: MPL-2.0
/* The smallest static program: exits with 42 at once. No C library. */
#include "sys_x86_64.h"

[[noreturn]] void _start(void)
{
	for (;;)
		SYS1(231 /* exit_group */, 42);
}
