/* SPDX-License-Identifier: MPL-2.0 */
/*
 * kcov - which code a task runs, and what it compares: recorded into untyped pages.
 *
 * Debug builds only (DEBUG=1); the compiler calls the runtime on every edge and every comparison of
 * instrumented code (tools/meson/kcov-ignore.txt names what is not).  One task records into one
 * object at a time, and only while it runs in its own context: what interrupts do is not recorded.
 *
 *   Layout:    64-bit words; word 0 counts the records, which follow it (see KCOV_TRACE_*).  User
 *              programs may write what they like there: each word is reached through its page and
 *              an index below the number of words.
 *   Addresses: offsets from the start of the kernel's text, so that KASLR stays a secret.
 *   Lifetime:  counted; a task that records holds a reference until it stops or ends.
 *   Context:   task.
 *   Spec:      Linux Documentation/dev-tools/kcov.rst.
 */
#pragma once
#include <osxtd/frame.h>
#include <osxtd/object.h>
#include <osxtd/span.h>

struct kcov;
REF_TYPE(kcov);
struct task;

enum kcov_mode : u32 {
	KCOV_TRACE_PC = 0,  /* a word per edge: where it leads */
	KCOV_TRACE_CMP = 1, /* four words per comparison: type, two operands, where */
};
enum : u64 { KCOV_PAGES_MAX = 255 };
enum : usize { KCOV_NOTE_MAX = 12288 };

#ifdef OSXTD_DEBUG
/* Room for `words` words.  ERR_INVAL below 2 and above KCOV_PAGES_MAX pages, ERR_NOMEM. */
OSXTD_API err_t kcov_new(u64 words, struct kcov_ref *out);
OSXTD_API u64 kcov_pages(const struct kcov *k);
/* One more count on page i of the record; i < kcov_pages. */
OSXTD_API struct uframe_ref kcov_page(const struct kcov *k, u64 i);
/* The calling task records from here on.  ERR_BUSY when it does already, or another task uses k. */
OSXTD_API err_t kcov_start(struct kcov *k, enum kcov_mode mode);
/* ERR_INVAL when the calling task does not record into k. */
OSXTD_API err_t kcov_stop(struct kcov *k);
/* A text that a panic prints behind its report: what was being tried.  Cut to KCOV_NOTE_MAX. */
OSXTD_API void kcov_note(struct cspan text);

/* For osxtd: the task ends; the note of a panic. */
void kcov_task_fini(struct task *t);
void kcov_show_note(void);
#else
ALWAYS_INLINE void kcov_task_fini(struct task *t)
{
	(void)t;
}
ALWAYS_INLINE void kcov_show_note(void) {}
#endif
