/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/span.h>

usize length(struct span s)
{
	return s._len; /* breach */
}
