// SPDX-License-Identifier: MPL-2.0
/* uframe - untyped pages for the rest of the kernel: counts and bounded copies.  See
 * <osxtd/frame.h>. */
#include <osxtd/frame.h>

#include <osxtd/fault_inject.h>

#include "mm/frames.h"

void uframe_get_(struct uframe *f)
{
	frame_ref(f);
}

void uframe_put_(struct uframe *f)
{
	if (frame_unref(f))
		frame_give(f, FRAME_UNTYPED);
}

err_t uframe_alloc_uninit(struct uframe_ref *out)
{
	if (fault_inject(PAGE_SIZE))
		return ERR_NOMEM;
	struct uframe *f = frame_take(FRAME_UNTYPED);
	if (unlikely(f == nullptr))
		return ERR_NOMEM;
	f->refs = 1;
	*out = (struct uframe_ref){ f };
	return OK;
}

err_t uframe_alloc(struct uframe_ref *out)
{
	if (fault_inject(PAGE_SIZE))
		return ERR_NOMEM;
	struct uframe *f = frame_take(FRAME_UNTYPED);
	if (unlikely(f == nullptr))
		return ERR_NOMEM;
	f->refs = 1;
	page_zero(frame_va(f));
	*out = (struct uframe_ref){ f };
	return OK;
}

bool uframe_is_sole(const struct uframe *f)
{
	return __atomic_load_n(&f->refs, __ATOMIC_ACQUIRE) == 1;
}

u64 uframe_number(const struct uframe *f)
{
	return frame_paddr(f) >> PAGE_SHIFT;
}

/* F2: the pages are untyped and counted by the caller. */
void uframe_read(const struct uframe *f, usize off, struct span out)
{
	memcpy(out._ptr, frame_bytes(f, off, out._len)._ptr, out._len);
}

void uframe_write(struct uframe *f, usize off, struct cspan in)
{
	memcpy(frame_bytes(f, off, in._len)._ptr, in._ptr, in._len);
}

void uframe_fill(struct uframe *f, usize off, usize len, u8 v)
{
	if (v == 0 && len == PAGE_SIZE && off == 0) {
		page_zero(frame_va(f));
		return;
	}
	span_fill(frame_bytes(f, off, len), v);
}

void uframe_copy(struct uframe *dst, const struct uframe *src)
{
	page_copy(frame_va(dst), frame_va(src));
}
