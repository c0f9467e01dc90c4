/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/span.h>

struct span nothing(void)
{
	struct span s = {};
	return s;
}
