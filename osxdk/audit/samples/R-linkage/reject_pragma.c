/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

#pragma clang diagnostic ignored "-Wconversion" /* breach */
u32 number(void)
{
	return 1;
}
