/* SPDX-License-Identifier: MPL-2.0 */
/* boot_limit - see boot_limit.h.  Spec: Linux Documentation/admin-guide/kernel-parameters.rst,
 * mem=. */
#include "boot_limit.h"

#include <osxtd/log.h>

#include "mm/paging.h"

/* Room for page tables and the first programs above the kernel's image. */
enum : u64 { LEAST_BEHIND_KERNEL = 8 << 20 };

bool boot_parse_size(struct str text, u64 *bytes)
{
	static const struct {
		char upper, lower;
		u64 unit;
	} units[] = { { 'K', 'k', (u64)1 << 10 },
		      { 'M', 'm', (u64)1 << 20 },
		      { 'G', 'g', (u64)1 << 30 },
		      { 'T', 't', (u64)1 << 40 } };
	u64 unit = 1, number = 0;
	usize len = str_len(text);
	for (u32 i = 0; len != 0 && i < array_len(units); i++) {
		char last = str_get(text, len - 1);
		if (last == array_at(units, i).upper || last == array_at(units, i).lower) {
			unit = array_at(units, i).unit;
			len--;
			break;
		}
	}
	return str_to_u64(str_sub(text, 0, len), 0, &number) && ckd_mul(number, unit, bytes);
}

/* Makes two ranges of the one at `at`, at address cut inside it.  False when the table is full. */
static bool split(struct boot_info *b, u32 at, u64 cut)
{
	if (b->range_count == BOOT_RANGES_MAX)
		return false;
	for (u32 i = b->range_count; i > at + 1; i--)
		array_at(b->ranges, i) = array_at(b->ranges, i - 1);
	b->range_count++;
	array_at(b->ranges, at + 1) = array_at(b->ranges, at);
	array_at(b->ranges, at + 1).start = cut;
	array_at(b->ranges, at).end = cut;
	return true;
}

/* Splits the range that has cut in its middle, if there is one. */
static bool split_at(struct boot_info *b, u64 cut)
{
	for (u32 i = 0; i < b->range_count; i++) {
		const struct boot_range *r = &array_at(b->ranges, i);
		if (r->start < cut && cut < r->end)
			return split(b, i, cut);
	}
	return true;
}

bool boot_limit_memory(struct boot_info *b, u64 limit)
{
	limit = page_down(limit);
	u64 initrd_start = page_down(b->initrd_start), initrd_end = page_up(b->initrd_end);
	if (limit < b->kernel_end + LEAST_BEHIND_KERNEL || b->range_count + 3 > BOOT_RANGES_MAX)
		return false;
	if (!split_at(b, limit) || !split_at(b, initrd_start) || !split_at(b, initrd_end))
		return false;
	for (u32 i = 0; i < b->range_count; i++) {
		struct boot_range *r = &array_at(b->ranges, i);
		bool is_initrd = r->start >= initrd_start && r->end <= initrd_end;
		if (r->kind == BOOT_RAM && r->start >= limit && !is_initrd)
			r->kind = BOOT_RESERVED;
	}
	return true;
}

u64 boot_cut_memory(struct boot_info *b, u64 end)
{
	u64 lost = 0;
	for (u32 i = 0; i < b->range_count; i++) {
		struct boot_range *r = &array_at(b->ranges, i);
		if ((r->kind != BOOT_RAM && r->kind != BOOT_ACPI) || r->end <= end)
			continue;
		lost += r->end - max_of(r->start, end);
		r->start = min_of(r->start, end);
		r->end = end;
	}
	return lost;
}

void boot_apply_limit(void)
{
	struct str text = {};
	u64 limit = 0;
	u64 lost = boot_cut_memory(&boot_info, PHYSMAP_BYTES);
	if (lost != 0)
		LOG(WARNING, "memory above {} GiB stays unused: {} MiB", (u64)PHYSMAP_BYTES >> 30,
		    lost >> 20);
	if (!boot_option(STR("mem"), &text))
		return;
	if (!boot_parse_size(text, &limit) || !boot_limit_memory(&boot_info, limit))
		LOG(WARNING, "command line: bad or too small mem=\"{}\"", text);
}
