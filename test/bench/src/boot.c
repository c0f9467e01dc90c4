// SPDX-License-Identifier: MPL-2.0
/*
 * The init of `make bench-boot`: its first act is one write to the console, which the host stamps
 * with its own clock. It reads the counter first: under -icount that is the number of guest
 * instructions (and idle nanoseconds) since the machine's reset, as fine as the counter's unit. No
 * C library, then power-off.
 */
#include <sys.h>

static char message[] = "\nBENCH-BOOT 00000000000000000000\n";

[[noreturn]] void _start(void)
{
	unsigned long now = counter();

	for (char *digit = message + sizeof(message) - 3; now != 0; now /= 10)
		*digit-- = (char)('0' + now % 10);
	SYS3(NR_WRITE, 1, message, sizeof(message) - 1);
	SYS4(NR_REBOOT, 0xfee1dead, 672274793, 0x4321fedc, 0);
	for (;;)
		;
}
