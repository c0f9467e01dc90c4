/* SPDX-License-Identifier: MPL-2.0 */
/* console - the serial port under console.c. */
#pragma once
#include <osxtd/span.h>

/* Before anything else; polled. */
void arch_console_init(void);
/* Puts all of it out; at once or after bounded waiting when the line is slow. */
void arch_console_put(struct cspan bytes);
/* Starts to call console_input (console.h, private) with what arrives. */
void arch_console_listen(void);
