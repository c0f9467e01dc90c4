/* SPDX-License-Identifier: MPL-2.0 */
/* host_buf - <osxtd/buf.h> over malloc, so that ASan sees every overrun of the modules under test.
 */
#include <stdlib.h>

#include <osxtd/buf.h>

err_t buf_alloc(usize len, struct buf *out)
{
	if (len > BUF_MAX)
		return ERR_NOMEM;
	*out = (struct buf){ calloc(1, len != 0 ? len : 1), len };
	return out->_ptr != nullptr ? OK : ERR_NOMEM;
}

err_t buf_alloc_uninit(usize len, struct buf *out)
{
	return buf_alloc(len, out);
}

void buf_drop(struct buf *b)
{
	free(b->_ptr);
	*b = (struct buf){};
}

err_t vec_raw_resize(struct buf *b, usize elem_size, usize old_len, usize new_len)
{
	(void)old_len;
	struct buf bigger = {};
	TRY(buf_alloc(new_len * elem_size, &bigger));
	memcpy(bigger._ptr, b->_ptr, b->_len < bigger._len ? b->_len : bigger._len);
	buf_drop(b);
	*b = bigger;
	return OK;
}
