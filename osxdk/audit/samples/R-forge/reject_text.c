/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/span.h>

struct str greeting(void)
{
	struct str s = { "hello", 500 }; /* breach */
	return s;
}
