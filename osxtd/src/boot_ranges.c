/* SPDX-License-Identifier: MPL-2.0 */
/* boot_ranges - see boot_ranges.h. */
#include "boot_ranges.h"

/* The table is sorted by start at all times. */
static void insert(struct boot_info *b, struct boot_range r)
{
	if (r.start >= r.end || b->range_count == BOOT_RANGES_MAX)
		return;
	u32 at = b->range_count;
	for (; at > 0 && array_at(b->ranges, at - 1).start > r.start; at--)
		array_at(b->ranges, at) = array_at(b->ranges, at - 1);
	array_at(b->ranges, at) = r;
	b->range_count++;
}

static struct boot_range take(struct boot_info *b, u32 at)
{
	struct boot_range r = array_at(b->ranges, at);
	b->range_count--;
	for (u32 i = at; i < b->range_count; i++)
		array_at(b->ranges, i) = array_at(b->ranges, i + 1);
	return r;
}

void boot_range_add(struct boot_info *b, u64 start, u64 length, enum boot_range_kind kind)
{
	u64 end = 0;
	if (!ckd_add(start, length, &end) || end > UINT64_MAX - PAGE_SIZE)
		return;
	if (kind == BOOT_RAM)
		insert(b, (struct boot_range){ page_up(start), page_down(end), kind });
	else
		insert(b, (struct boot_range){ start, end, kind });
}

void boot_ranges_separate(struct boot_info *b)
{
	for (u32 i = 0; i + 1 < b->range_count;) {
		struct boot_range *r = &array_at(b->ranges, i);
		if (r->end <= array_at(b->ranges, i + 1).start) {
			i++;
			continue;
		}
		/* Each round leaves one range less that begins within r. */
		struct boot_range next = take(b, i + 1);
		if (r->kind == BOOT_RAM && next.kind != BOOT_RAM) {
			struct boot_range rest = { page_up(next.end), r->end, BOOT_RAM };
			r->end = page_down(next.start);
			insert(b, next);
			insert(b, rest);
		} else if (next.kind == BOOT_RAM) {
			insert(b, (struct boot_range){ page_up(r->end), next.end, BOOT_RAM });
		} else {
			insert(b, (struct boot_range){ r->end, next.end, next.kind });
		}
	}
	for (u32 i = b->range_count; i-- > 0;) {
		if (array_at(b->ranges, i).start >= array_at(b->ranges, i).end)
			(void)take(b, i);
	}
}
