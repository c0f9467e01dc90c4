/* SPDX-License-Identifier: MPL-2.0 */
/* console - what the serial driver and the panic report use of the console; private to OSXTD. */
#pragma once
#include <osxtd/span.h>

/* What arrived on the line.  Interrupt context. */
void console_input(struct cspan bytes);
/* Output without the lock: the machine is about to stop. */
void console_write_last(struct cspan bytes);
