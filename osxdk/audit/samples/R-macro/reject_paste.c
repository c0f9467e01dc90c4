/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

#define JOINED one##_two /* breach */
u32 JOINED(void)
{
	return 12;
}
