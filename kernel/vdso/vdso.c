/* SPDX-License-Identifier: MPL-2.0 */
#include "vdso/vdso.h"

#include <osxtd/atomic.h>

static const u8 image[] = {
#embed "vdso.so"
};

enum : u64 { IMAGE_PAGES = (sizeof(image) + PAGE_SIZE - 1) / PAGE_SIZE };

/* Made once by vdso_init at boot. */
struct vdso_pages {
	struct uframe_ref image[IMAGE_PAGES] IMMUTABLE;
	struct uframe_ref data IMMUTABLE;
};
shared static struct vdso_pages pages;
/* The counter of struct vdso_data; each step is a full fence. */
shared static struct atomic_u32 sequence;

static bool is_ready(void)
{
	return !uframe_is_null(&array_at(pages.image, IMAGE_PAGES - 1));
}

err_t vdso_init(void)
{
	if (is_ready())
		return OK;
	TRY(uframe_alloc(&pages.data));
	for (u64 i = 0; i < IMAGE_PAGES; i++) {
		TRY(uframe_alloc(&array_at(pages.image, i)));
		struct cspan rest = cspan_from(cspan_of(image), i * PAGE_SIZE);
		usize len = min_of(cspan_len(rest), (usize)PAGE_SIZE);
		uframe_write(uframe_get(&array_at(pages.image, i)), 0, cspan_sub(rest, 0, len));
	}
	return OK;
}

u64 vdso_page_count(void)
{
	return is_ready() ? IMAGE_PAGES : 0;
}

void vdso_page(u64 i, struct uframe_ref *out)
{
	*out = uframe_clone(uframe_get(&array_at(pages.image, i)));
}

void vdso_data_page(struct uframe_ref *out)
{
	*out = uframe_clone(uframe_get(&pages.data));
}

static void publish_sequence(struct uframe *page)
{
	u32 now = atomic_u32_add(&sequence, 1) + 1;
	uframe_write(page, offsetof(struct vdso_data, sequence), cspan_of(now));
	(void)atomic_u32_add(&sequence, 0);
}

void vdso_hold_clock(void)
{
	if (is_ready())
		publish_sequence(uframe_get(&pages.data)); /* odd: being changed */
}

static struct vdso_line line_of(const struct clock_params *params)
{
	return (struct vdso_line){ params->base_counter, params->mult };
}

void vdso_set_clock(const struct clock_params *params, u64 realtime_offset_ns)
{
	static_assert((u32)VDSO_SHIFT == (u32)CLOCK_SHIFT);
	if (!is_ready())
		return;
	struct uframe *page = uframe_get(&pages.data);
	struct clock_params raw = clock_raw_params();
	struct vdso_data d = {
		.steered = line_of(params),
		.raw = line_of(&raw),
		.base_ns = { params->base_ns, params->base_ns + realtime_offset_ns, raw.base_ns },
	};
	usize behind = offsetof(struct vdso_data, steered);
	uframe_write(page, behind, cspan_from(cspan_of(d), behind));
	publish_sequence(page);
}
