/* SPDX-License-Identifier: MPL-2.0 */
/* power - leaving: by isa-debug-exit or its like when there is one, else by firmware.  Any context.
 */
#pragma once
#include <osxtd/base.h>

enum power_verdict : u8 { POWER_GOOD, POWER_BAD };
[[noreturn]] OSXTD_API void power_off(enum power_verdict verdict);
[[noreturn]] OSXTD_API void power_reset(void);
/* Stops this CPU for ever, interrupts off. */
[[noreturn]] OSXTD_API void power_halt(void);
