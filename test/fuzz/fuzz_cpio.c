/* SPDX-License-Identifier: MPL-2.0 */
/* fuzz_cpio - libFuzzer: any bytes as an archive, in pieces whose size the first byte gives. */
#include "libs/cpio/cpio.h"

static err_t on_entry(struct cpio_sink *s, const struct cpio_entry *e)
{
	(void)s;
	return str_len(e->name) <= CPIO_NAME_MAX ? OK : ERR_INVAL;
}
static err_t on_data(struct cpio_sink *s, struct cspan bytes)
{
	(void)s;
	return cspan_len(bytes) != 0 ? OK : ERR_INVAL;
}
static err_t on_end(struct cpio_sink *s)
{
	(void)s;
	return OK;
}

int LLVMFuzzerTestOneInput(const u8 *data, usize size);
int LLVMFuzzerTestOneInput(const u8 *data, usize size)
{
	static const struct cpio_sink_ops ops = { on_entry, on_data, on_end };
	static struct cpio_reader reader;
	struct cpio_sink sink = { &ops };

	if (size == 0)
		return 0;
	reader = (struct cpio_reader){};
	usize step = (usize)data[0] + 1;
	for (usize at = 1; at < size; at += step) {
		struct cspan piece = { data + at, size - at < step ? size - at : step };
		if (cpio_feed(&reader, piece, &sink) != OK)
			return 0;
	}
	(void)!cpio_finish(&reader);
	return 0;
}
