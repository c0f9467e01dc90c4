/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/span.h>

struct span whole_page(u8 *start)
{
	return (struct span){ start, 4096 }; /* breach */
}
