/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

void say(const char *format, ...) /* breach */
{
	(void)format;
}
