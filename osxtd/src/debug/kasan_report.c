// SPDX-License-Identifier: MPL-2.0
/* kasan_report - see kasan_report.h. */
#include "debug/kasan_report.h"

#include <osxtd/task.h>

#include "debug/kasan.h"
#include "debug/kasan_pool.h"
#include "debug/report.h"

KASAN_OFF_BEGIN

UNSAFE("1. shadow of an address that was found bad, so it is mapped")
static u8 mark_of(u64 va)
{
	u8 s = *(const u8 *)kasan_shadow(va);
	/* A partly good granule: what follows says why. */
	return s != 0 && s < KASAN_GRANULE ? *(const u8 *)(kasan_shadow(va) + 1) : s;
}

static struct str kind_of(u64 bad)
{
	switch (mark_of(bad)) {
	case KASAN_STACK_LEFT:
	case KASAN_STACK_MID:
	case KASAN_STACK_RIGHT:
		return STR("stack-out-of-bounds");
	case KASAN_STACK_SCOPE:
		return STR("stack-use-after-scope");
	case KASAN_GLOBAL:
		return STR("global-out-of-bounds");
	case KASAN_SLAB_FREE:
		return STR("slab-use-after-free");
	case KASAN_SLAB_REDZONE:
		return STR("slab-out-of-bounds");
	case KASAN_PAGE_FREE:
		return STR("use-after-free");
	default:
		return STR("out-of-bounds");
	}
}

enum : u64 { ROW = 16, ROWS = 5 };

/* Rows of shadow around the byte; the sign > stands at its own row, as the brackets at its byte. */
static void print_shadow(u64 bad)
{
	u64 at = kasan_shadow(bad), middle = at - at % ROW;
	UNSAFE("1. rows whose first shadow byte shares the page of the bad byte's, which is mapped")
	for (u64 row = middle - ROWS / 2 * ROW; row <= middle + ROWS / 2 * ROW; row += ROW) {
		if (page_down(row) != page_down(at))
			continue;
		u8 buf[100] = {};
		struct text t = text_in(span_of(buf));
		FMT(&t, "{} {016x}:", row == middle ? ">" : " ", (row - KASAN_SHADOW_OFFSET) << 3);
		for (u64 i = 0; i < ROW; i++)
			FMT(&t, "{}{02x}",
			    row + i == at	? "["
			    : row + i == at + 1 ? "]"
						: " ",
			    *(const u8 *)(row + i));
		report_line(text_str(&t));
	}
}

void kasan_report(const struct kasan_access *a)
{
	struct str kind = kind_of(a->bad);
	if (report_is_muted(kind))
		return;
	u8 place[80] = {};
	BUG_LINE("BUG: KASAN: {} in {}", kind, report_place(a->ip, span_of(place)));
	BUG_LINE("{} of size {} at addr {016x} by task {x}", a->is_write ? "Write" : "Read", a->len,
		 a->va, address_of_(task_current()));
	kasan_pool_describe(a->bad);
	BUG_LINE("Memory state around the address:");
	print_shadow(a->bad);
	report_end();
}

void kasan_report_double_free(const void *p, u64 ip)
{
	if (report_is_muted(STR("double-free")))
		return;
	u8 place[80] = {};
	BUG_LINE("BUG: KASAN: double-free in {}", report_place(ip, span_of(place)));
	BUG_LINE("Free of addr {016x} by task {x}", address_of_(p), address_of_(task_current()));
	kasan_pool_describe(address_of_(p));
	print_shadow(address_of_(p));
	report_end();
}

KASAN_OFF_END
