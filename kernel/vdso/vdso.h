/* SPDX-License-Identifier: MPL-2.0 */
/*
 * vdso - the kernel's half of the vDSO: the image that exec maps and the data page behind its
 * clocks.
 *
 * The data page is written by time/ and read by user code of any process: a sequence counter, odd
 * while a write is going on, tells readers to look again.
 *
 *   Context:  vdso_init once at boot in task context; the others from any context, time/ holds its
 *             own lock from vdso_hold_clock until vdso_set_clock.
 *   Spec:     vdso(7).
 */
#pragma once
#include <osxtd/frame.h>
#include <osxtd/timer.h>

#include "vdso/data.h"

/* Makes the pages.  ERR_NOMEM: programs then run without a vDSO. */
err_t vdso_init(void);
/* Readers wait from here until vdso_set_clock: none sees the old time after others saw the new. */
void vdso_hold_clock(void);
/* Sets what clock_gettime answers: params for the monotonic clock, and what to add to it for the
 * real-time clock. */
void vdso_set_clock(const struct clock_params *params, u64 realtime_offset_ns);
/* Pages of the image; 0 before vdso_init succeeded. */
u64 vdso_page_count(void);
/* Image page i < vdso_page_count(); and the data page. */
void vdso_page(u64 i, struct uframe_ref *out);
void vdso_data_page(struct uframe_ref *out);
