/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/span.h>

struct cspan rest(struct cspan s)
{
	return cspan_len(s) > 0 ? cspan_from(s, 1) : s;
}
