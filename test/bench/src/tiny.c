// SPDX-License-Identifier: MPL-2.0
/* The smallest static program: exits with 42 at once. No C library. */
#include <sys.h>

[[noreturn]] void _start(void)
{
	for (;;)
		SYS1(NR_EXIT_GROUP, 42);
}
