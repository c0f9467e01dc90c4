/* SPDX-License-Identifier: MPL-2.0 */
/*
 * oops - what becomes of the system when the kernel finds itself wrong.
 *
 * A trap or a failed assertion in code of the kernel, in a task's context, ends that task alone:
 * its locks are released and named in the report, its stack and the references of its frames are
 * kept for ever, and the system goes on, tainted.  What cannot be contained so is a panic: the
 * framework's own functions, interrupt handlers, locks of the framework, the idle task.
 *
 *   Context:  any.
 *   Spec:     Linux's kernel.panic_on_oops, kernel.oops_limit, kernel.tainted (proc_sys(5)).
 */
#pragma once
#include <osxtd/fmt.h>

/* Stops the machine: what the system cannot do without is missing. */
[[noreturn]] OSXTD_API void system_panic(struct str why) COLD;

/* How many tasks ended so since boot. */
OSXTD_API u32 oops_count(void);
/* The count at which an oops becomes a panic; 0: never. */
OSXTD_API u32 oops_limit(void);
OSXTD_API void oops_set_limit(u32 limit);
/* Whether every oops is a panic; `oops=panic` on the command line says so from the start. */
OSXTD_API bool oops_is_panic(void);
OSXTD_API void oops_set_panic(bool is_panic);

enum : u64 { TAINT_DIED = 1 << 7 }; /* D: a task ended by an oops */
enum : u64 { TAINT_ALL = (1 << 19) - 1 };
OSXTD_API u64 taint_flags(void);
/* Their letters, as in Linux's reports: "G D". */
OSXTD_API void taint_text(struct text *t);
OSXTD_API void taint_add(u64 flags);
