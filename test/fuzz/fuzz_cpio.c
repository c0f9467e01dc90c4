/* SPDX-License-Identifier: MPL-2.0 */
/* fuzz_cpio - libFuzzer: any bytes as an archive, in pieces whose size the first byte gives. */
#include "libs/cpio/cpio.h"

/* Feeds one piece; false when the archive is refused. */
static bool feed(struct cpio_reader *r, struct cspan piece)
{
	enum cpio_event event = CPIO_MORE;
	do {
		struct cspan data = {};
		if (cpio_next(r, &piece, &event, &data) != OK)
			return false;
		if (event == CPIO_ENTRY && str_len(r->entry.name) >= CPIO_NAME_MAX)
			__builtin_trap();
	} while (event != CPIO_MORE && event != CPIO_FOREIGN);
	return true;
}

int LLVMFuzzerTestOneInput(const u8 *data, usize size);
int LLVMFuzzerTestOneInput(const u8 *data, usize size)
{
	static struct cpio_reader reader;

	if (size == 0)
		return 0;
	reader = (struct cpio_reader){};
	usize step = (usize)data[0] + 1;
	for (usize at = 1; at < size; at += step) {
		if (!feed(&reader,
			  (struct cspan){ data + at, size - at < step ? size - at : step }))
			return 0;
	}
	(void)!cpio_finish(&reader);
	return 0;
}
