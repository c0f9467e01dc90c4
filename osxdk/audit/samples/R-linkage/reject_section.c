/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

__attribute__((section("boot"))) u32 number(void) /* breach */
{
	return 1;
}
