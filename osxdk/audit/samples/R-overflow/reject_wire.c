/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/endian.h>
#include <osxtd/span.h>

struct header {
	struct le32 count;
};
u32 bytes_of(struct cspan image)
{
	struct header h = {};
	if (!cspan_read(image, 0, &h))
		return 0;
	return le32_get(h.count) * 16; /* breach */
}
