/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/span.h>

usize length(struct span s)
{
	return span_len(s);
}
