/* SPDX-License-Identifier: MPL-2.0 */
/* host_panic - a broken invariant in a module under test ends the program. */
#include <stdio.h>
#include <stdlib.h>

#include <osxtd/base.h>

void panic_at(const char *why, const char *file, u32 line)
{
	fprintf(stderr, "panic: %s (%s:%u)\n", why, file, line);
	abort();
}
