/* SPDX-License-Identifier: MPL-2.0 */
/* victim - the program whose file elf.c breaks: small, with code, constants, data and zeros;
 * exits 42. */
#include ARCH_HEADER

static const int constant = 40;
static volatile int data = 2;
static volatile char zeros[10000];

void _start(void)
{
	leave(constant + data + zeros[9000]);
}
