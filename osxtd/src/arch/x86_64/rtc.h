/* SPDX-License-Identifier: MPL-2.0 */
/* rtc - the battery clock; private to the architecture. */
#pragma once
#include <osxtd/base.h>

/* Reads it for clock_boot_epoch_ns; the monotonic clock runs. */
void rtc_init(void);
