// SPDX-License-Identifier: MPL-2.0
/* The reasons of failures, and what a process knows of itself: for the bench and for scaling. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "bench.h"

verdict failure(const char *format, ...)
{
	static char reason[160];
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	return reason;
}

verdict bad_result(const char *what, long result)
{
	if (result < 0 && result > -4096)
		return failure("%s: %s", what, strerror((int)-result));
	return failure("%s: returned %ld", what, result);
}

long minor_faults(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_minflt : -1;
}
