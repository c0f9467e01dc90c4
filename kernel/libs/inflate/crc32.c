/* SPDX-License-Identifier: MPL-2.0 */
/* crc32 - eight bytes a step: table k holds the checksum of a byte followed by k zero bytes. */
#include "libs/inflate/crc32.h"

static const u32 tables[8][256] = {
#include "libs/inflate/crc32_tables.h"
};

ALWAYS_INLINE u32 at(u32 k, u64 byte)
{
	return array_at(array_at(tables, k), byte & 0xff);
}

u32 crc32_update(u32 crc, struct cspan s)
{
	crc = ~crc;
	usize i = 0;
	u64 w = 0;
	for (; cspan_read(s, i, &w); i += 8) {
		w ^= crc;
		crc = at(7, w) ^ at(6, w >> 8) ^ at(5, w >> 16) ^ at(4, w >> 24) ^ at(3, w >> 32) ^
		      at(2, w >> 40) ^ at(1, w >> 48) ^ at(0, w >> 56);
	}
	for (; i < cspan_len(s); i++)
		crc = crc >> 8 ^ at(0, crc ^ cspan_get(s, i));
	return ~crc;
}
