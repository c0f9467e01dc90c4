/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/endian.h>

struct header {
	struct le32 size;
	u8 bytes[8];
};
u32 size_of(const struct header *h)
{
	return le32_get(h->size);
}
