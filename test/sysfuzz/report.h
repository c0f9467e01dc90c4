/* SPDX-License-Identifier: MPL-2.0 */
/*
 * report - what the fuzzer says, and what the kernel said meanwhile.
 *
 * Lines go to the console by /dev/kmsg: programs may have stopped the terminal.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

void report_open(void);
void report(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A long text in pieces: "sysfuzz: <what> <number>/<count> <piece>". */
void report_text(const char *what, const char *text);
/* True when the kernel complained since the last call; *line gets the first complaint. */
bool report_kernel_complained(char line[256]);
/* Says which of the kernel's objects are more than when it was asked first (debug kernels): what
 * grows from call to call is lost. */
void report_growth(void);
/* Where the processes that cannot be killed are. */
void report_hung(void);
