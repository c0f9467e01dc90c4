/* SPDX-License-Identifier: MPL-2.0 */
/*
 * report - how the checkers of a debug build speak, and how their tests listen.
 *
 * A report is a line `BUG: CHECKER: what in FUNCTION+0x…` in the log, more lines, and the end of
 * the task by a trap, whose oops adds registers and backtrace.  Between report_expect and
 * report_caught the current task's reports are counted instead: the tests of the checkers use it.
 */
#pragma once
#include <osxtd/fmt.h>
#include <osxtd/log.h>

/* A finished line; nothing where a test expects the trap at the end of the report. */
void report_line(struct str line);
/* One line of a report, at most 120 characters. */
#define BUG_LINE(format, ...)                                                                      \
	do {                                                                                       \
		u8 report_buf_[120] = {};                                                          \
		struct text report_text_ = text_in(span_of(report_buf_));                          \
		FMT(&report_text_, format __VA_OPT__(, ) __VA_ARGS__);                             \
		report_line(text_str(&report_text_));                                              \
	} while (0)

/* Reports of the current task are expected from here on. */
void report_expect(void);
/* How many came, and the kind of the last one; expectation ends. */
u32 report_caught(struct str *kind);
/* For a checker: true when the report is expected and was counted, or when a report is being made
 * already; else the report begins. */
bool report_is_muted(struct str kind);
/* The report is complete: ends the task, or the machine where no task can end. */
[[noreturn]] void report_end(void);
/* The report is complete, and what it says hurts nobody yet. */
void report_go_on(void);
/* As report_expect, for reports of this kind from whatever context. */
void report_expect_kind(struct str kind);
/* A file as the compiler names it, from the folder of the build, made a path in the tree. */
struct str report_path(const char *file);
/* `NAME+0x12` of a code address, for {}; into buf. */
struct str report_place(u64 ip, struct span buf);
