/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

extern const u32 number_of_somebody; /* breach */
u32 number(void)
{
	return number_of_somebody;
}
