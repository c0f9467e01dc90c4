/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

void halt(void)
{
	__asm__("hlt"); /* breach */
}
