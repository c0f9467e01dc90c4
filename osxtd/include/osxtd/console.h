/* SPDX-License-Identifier: MPL-2.0 */
/*
 * console - the serial console: output at any time, input as a callback.
 *
 *   Context:  console_write any; the input callback runs in interrupt context.
 */
#pragma once
#include <osxtd/span.h>

OSXTD_API void console_write(struct cspan bytes);
/* fn gets what arrives; at most one receiver. */
OSXTD_API void console_on_input(void (*fn)(struct cspan bytes));
