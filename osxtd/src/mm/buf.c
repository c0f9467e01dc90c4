// SPDX-License-Identifier: MPL-2.0
/*
 * buf - memory of a size known at run time: from pools of fixed sizes up to half a page, whole
 * pages above.
 *
 * The length alone tells where a buffer came from, so that a buf needs no header.
 */
#include <osxtd/buf.h>
#include <osxtd/fault_inject.h>

#include "debug/kasan.h"
#include "mm/frames.h"
#include "mm/pool.h"

enum : usize { CLASS_MAX = 2048 };
enum : u32 { CLASSES = 13 };

#define CLASS(n) { ._size = (n), ._cpus = pool_cpus_none, ._name = "buf-" #n }
static struct pool shared classes[CLASSES] = {
	CLASS(32),  CLASS(64),	CLASS(96),   CLASS(128),  CLASS(192),  CLASS(256),  CLASS(384),
	CLASS(512), CLASS(768), CLASS(1024), CLASS(1344), CLASS(1632), CLASS(2048),
};
#undef CLASS

/* Class of lengths up to 32 * (index + 1). */
static const u8 class_of[CLASS_MAX / 32] = {
	0,  1,	2,  3,	4,  4,	5,  5,	6,  6,	6,  6,	7,  7,	7,  7,	8,  8,	8,  8,	8,  8,
	8,  8,	9,  9,	9,  9,	9,  9,	9,  9,	10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 11, 11,
	11, 11, 11, 11, 11, 11, 11, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12,
};

ALWAYS_INLINE struct pool *class_for(usize len)
{
	return &array_at(classes, array_at(class_of, (len - 1) / 32));
}

static u32 order_for(usize len)
{
	u64 pages = page_up(len) / PAGE_SIZE;
	return pages <= 1 ? 0 : 64 - (u32)__builtin_clzll(pages - 1);
}

ALWAYS_INLINE u8 *as_bytes(void *p)
{
	UNSAFE("1. bytes: what pools and frames hand out is nobody's")
	return (u8 *)p;
}

err_t buf_alloc_uninit(usize len, struct buf *out)
{
	void *p = nullptr;
	if (likely(len <= CLASS_MAX)) {
		if (len == 0) {
			*out = (struct buf){};
			return OK;
		}
		p = pool_take(class_for(len));
	} else {
		if (len > BUF_MAX)
			return ERR_NOMEM;
		if (fault_inject(len))
			return ERR_NOMEM;
		struct uframe *f = frames_alloc(order_for(len), FRAME_META);
		p = f == nullptr ? nullptr : frame_va(f);
	}
	if (unlikely(p == nullptr))
		return ERR_NOMEM;
	if (len <= CLASS_MAX)
		kasan_fit(p, len, class_for(len)->_size, KASAN_SLAB_REDZONE);
	else
		kasan_fit(p, len, PAGE_SIZE << order_for(len), KASAN_PAGE_TAIL);
	*out = (struct buf){ as_bytes(p), len };
	return OK;
}

err_t buf_alloc(usize len, struct buf *out)
{
	TRY(buf_alloc_uninit(len, out));
	if (len != 0)
		words_zero(out->_ptr,
			   (len + 7) / 8); /* every class and page is a whole number of words */
	return OK;
}

/* The length tells the pool or pages that the buffer came from; it never changes while the buffer
 * lives. */
void buf_drop(struct buf *b)
{
	u8 *p = b->_ptr;
	usize len = b->_len;
	*b = (struct buf){};
	if (p == nullptr)
		return;
	if (likely(len <= CLASS_MAX))
		pool_give(class_for(len), p);
	else
		frames_free(frame_of_va(p), FRAME_META);
}

err_t buf_copy_of(struct cspan s, struct buf *out)
{
	TRY(buf_alloc_uninit(cspan_len(s), out));
	span_copy(buf_span(out), s);
	return OK;
}

/* The largest length that costs no more than len does. */
static usize capacity_for(usize len)
{
	if (len == 0)
		return 0;
	if (len <= CLASS_MAX)
		return class_for(len)->_size;
	return PAGE_SIZE << order_for(len);
}

err_t vec_raw_resize(struct buf *b, usize elem_size, usize old_len, usize new_len)
{
	usize old_bytes = old_len * elem_size, new_bytes = 0;
	if (!ckd_mul(elem_size, new_len, &new_bytes) || new_bytes > BUF_MAX)
		return ERR_NOMEM;
	if (new_bytes > b->_len) {
		struct buf bigger = {};
		usize want = max_of(new_bytes, min_of((usize)BUF_MAX, 2 * old_bytes));
		TRY(buf_alloc_uninit(capacity_for(want), &bigger));
		span_copy(buf_span(&bigger), cspan_sub(span_const(buf_span(b)), 0, old_bytes));
		buf_drop(b);
		*b = buf_move(&bigger);
	}
	if (new_bytes > old_bytes)
		span_fill(span_sub(buf_span(b), old_bytes, new_bytes - old_bytes), 0);
	return OK;
}
