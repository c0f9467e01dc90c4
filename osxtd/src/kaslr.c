// SPDX-License-Identifier: MPL-2.0
/*
 * kaslr - the kernel's image at a random place of its 2 GiB (about ten bits of 2 MiB steps).
 *
 * Only the virtual address changes; the physical one is the loader's.  tools/relocs.py tells where
 * the image holds absolute addresses.  The places before and after do not overlap, so both are
 * mapped while the image changes under its own code.
 */
#include "mm/paging.h"
#include <arch/random.h>
#include <arch/timer.h>

#include "boot_info.h"
#include "kaslr.h"

extern const u8 kernel_relocs[], kernel_relocs_end[];

enum : u64 { STEP = KASLR_STEP, AREA = 2ull << 30 };

u64 shared kernel_slide;

/* ---- where ---- */

static u64 step_up(u64 v)
{
	return (v + STEP - 1) & ~(STEP - 1);
}

/* Behind the image where it is, and so that its end keeps off the last 2 MiB. */
static u64 choose(void)
{
	u64 first = step_up(address_of_(kernel_relocs_end) - KASLR_AREA) / STEP;
	u64 last = (AREA - STEP - step_up(address_of_(kernel_end) - KASLR_AREA)) / STEP;
	u64 v = 0;
	if (first > last)
		return 0;
	(void)arch_random(&v);
	u64 clock = arch_counter();
	v ^= wrap_mul(clock, 0x9e3779b97f4a7c15);
	return (first + (v >> 32) % (last - first + 1)) * STEP;
}

/* ---- moving ---- */

/*
 * Adds slide to the words of size bytes that the list names.  This code is among what it changes:
 * an address that it takes up later is that of the new place, which is the same memory.
 */
UNSAFE("1. tools/relocs.py made the list from this image: every place is one of its words; 2. "
       "everything is writable "
       "until paging_init")
static void move_words(struct cspan list, u64 size, u64 slide)
{
	u64 place = (u64)kernel_text_start, distance = 0;
	u32 shift = 0;
	for (usize i = 0; i < cspan_len(list); i++) {
		u8 c = cspan_get(list, i);
		distance |= (u64)(c & 0x7f) << (shift & 63);
		shift += 7;
		if ((c & 0x80) != 0)
			continue;
		place += distance;
		if (size == 8) {
			u64 v = 0;
			__builtin_memcpy(&v, (const void *)place, 8);
			v = wrap_add(v, slide);
			__builtin_memcpy((void *)place, &v, 8);
		} else {
			u32 v = 0;
			__builtin_memcpy(&v, (const void *)place, 4);
			v = wrap_add(v, (u32)slide);
			__builtin_memcpy((void *)place, &v, 4);
		}
		distance = 0;
		shift = 0;
	}
}

u64 kaslr_move(void)
{
	u32 sizes[2] = {};
	struct str value = {};
	UNSAFE("1. the linker script bounds the table")
	struct cspan table = { kernel_relocs, (usize)(kernel_relocs_end - kernel_relocs) };
	if (!cspan_read(table, 0, &sizes) || sizes[0] + sizes[1] == 0 ||
	    boot_option(STR("nokaslr"), &value))
		return 0;
	u64 slide = choose();
	if (slide == 0)
		return 0;
	kaslr_map(slide, step_up(address_of_(kernel_end) - KASLR_AREA));
	move_words(cspan_sub(table, sizeof(sizes), sizes[0]), 8, slide);
	move_words(cspan_sub(table, sizeof(sizes) + sizes[0], sizes[1]), 4, slide);
	kernel_slide = slide;
	return slide;
}
