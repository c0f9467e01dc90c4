/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/span.h>

void grow(struct span *s)
{
	s->_len = 4096; /* breach */
}
