/* SPDX-License-Identifier: MPL-2.0 */
/* fuzz_inflate - libFuzzer: any bytes as a gzip member.  Output is bounded so that bombs end. */
#include "libs/inflate/inflate.h"

int LLVMFuzzerTestOneInput(const u8 *data, usize size);
int LLVMFuzzerTestOneInput(const u8 *data, usize size)
{
	struct cspan in = { data, size };
	struct cspan piece = {};
	u64 total = 0;

	SCOPED(inflate, z, inflate_drop);
	if (inflate_open(&z, in) != OK)
		return 0;
	while (total < 8u << 20 && inflate_next(&z, &piece) == OK && cspan_len(piece) != 0)
		total += cspan_len(piece);
	return 0;
}
