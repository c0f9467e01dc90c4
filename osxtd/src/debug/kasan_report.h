/* SPDX-License-Identifier: MPL-2.0 */
/* kasan_report - a bad access told: what, where, by whom, and what lies around it. */
#pragma once
#include <osxtd/base.h>

struct kasan_access {
	u64 va, len;
	u64 bad; /* the first byte that must not be touched */
	u64 ip;	 /* who did it */
	bool is_write;
};
/* Prints the report and ends the task by a trap (an oops), or returns when a test expects it. */
GUARDS_ITSELF void kasan_report(const struct kasan_access *a);
/* An element that is free was freed. */
GUARDS_ITSELF void kasan_report_double_free(const void *p, u64 ip);
/* Whether the byte is bad; whether marks count already. */
bool kasan_is_bad(u64 va);
bool kasan_is_on(void);
