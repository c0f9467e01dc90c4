// SPDX-License-Identifier: MPL-2.0
/*
 * kcov - the runtime that instrumented code calls; see <osxtd/kcov.h>.
 *
 * R1: `kcov_users` counts the tasks that record, so that the call costs a load and a branch when
 * nobody does, and before there are tasks.
 * R2: a task's `_kcov` is written by the task itself and by its end; only the task reads it.
 * This file is not instrumented, and what it calls on the way of a record is inline.
 */
#include <osxtd/kcov.h>
#include <osxtd/task.h>

#include "console.h"
#include "mm/frames.h"

enum : u64 { WORDS_PER_PAGE = PAGE_SIZE / 8, RECORD_WORDS = 4 };
enum : u64 { CMP_CONST = 1 }; /* of a comparison's type; the operands' size stands above it */

struct kcov {
	struct object object;
	u64 words IMMUTABLE;
	u64 pages IMMUTABLE;
	enum kcov_mode mode; /* by the task that records */
	struct atomic_u32 in_use ATOMIC_ONLY;
	struct uframe_ref page[KCOV_PAGES_MAX] IMMUTABLE;
};

static u32 shared kcov_users ATOMIC_ONLY;
static u8 shared note_text[KCOV_NOTE_MAX] OWNER(note);
static usize shared note_len OWNER(note);

static void kcov_fini(struct kcov *k)
{
	for (u64 i = 0; i < k->pages; i++)
		uframe_drop(&array_at(k->page, i));
}
OBJECT_TYPE(kcov, kcov_fini);

err_t kcov_new(u64 words, struct kcov_ref *out)
{
	if (words < 2 || words > KCOV_PAGES_MAX * WORDS_PER_PAGE)
		return ERR_INVAL;
	SCOPED_REF(kcov, ref);
	TRY(kcov_alloc(&ref));
	struct kcov *k = kcov_get(&ref);
	k->words = words;
	while (k->pages < (words + WORDS_PER_PAGE - 1) / WORDS_PER_PAGE) {
		TRY(uframe_alloc(&array_at(k->page, k->pages)));
		k->pages++;
	}
	*out = kcov_move(&ref);
	return OK;
}

u64 kcov_pages(const struct kcov *k)
{
	return k->pages;
}

struct uframe_ref kcov_page(const struct kcov *k, u64 i)
{
	return uframe_clone(uframe_get(&array_at(k->page, i)));
}

/* The reference that the task holds is the one cloned here; kcov_stop and kcov_task_fini give it
 * back. */
err_t kcov_start(struct kcov *k, enum kcov_mode mode)
{
	struct task *self = task_current();
	u32 unused = 0;
	if (self->_kcov != nullptr || !atomic_u32_cas(&k->in_use, &unused, 1))
		return ERR_BUSY;
	struct kcov_ref held = kcov_clone(k);
	k->mode = mode;
	(void)__atomic_add_fetch(&kcov_users, 1, __ATOMIC_RELAXED);
	__atomic_store_n(&self->_kcov, held._p, __ATOMIC_RELEASE);
	return OK;
}

/* Takes over the count that kcov_start left with the task. */
void kcov_task_fini(struct task *t)
{
	struct kcov_ref held = { t->_kcov };
	if (held._p == nullptr)
		return;
	__atomic_store_n(&t->_kcov, nullptr, __ATOMIC_RELEASE);
	(void)__atomic_sub_fetch(&kcov_users, 1, __ATOMIC_RELAXED);
	atomic_u32_store_release(&held._p->in_use, 0);
	kcov_drop(&held);
}

err_t kcov_stop(struct kcov *k)
{
	struct task *self = task_current();
	if (self->_kcov != k)
		return ERR_INVAL;
	kcov_task_fini(self);
	return OK;
}

/* ---- recording ---- */

/* Where the code that runs now records in this mode; null: nowhere. */
ALWAYS_INLINE struct kcov *recorder(enum kcov_mode mode)
{
	if (likely(__atomic_load_n(&kcov_users, __ATOMIC_RELAXED) == 0) || cpu_in_irq())
		return nullptr;
	struct task *self = task_current();
	struct kcov *k = self != nullptr ? self->_kcov : nullptr;
	return k != nullptr && k->mode == mode ? k : nullptr;
}

ALWAYS_INLINE u64 *word(const struct kcov *k, u64 i)
{
	UNSAFE("1. i is below the number of words, hence within the pages, which are untyped and "
	       "counted "
	       "by "
	       "the object; 2. the words are aligned")
	return (u64 *)(void *)frame_va(k->page[i / WORDS_PER_PAGE]._p) + i % WORDS_PER_PAGE;
}

ALWAYS_INLINE u64 text_offset(void *ip)
{
	UNSAFE("1. both are addresses within the kernel's text; only their difference is kept")
	return (u64)ip - (u64)kernel_text_start;
}

OSXTD_API void __sanitizer_cov_trace_pc(void);
/* The address where the caller goes on is recorded as a number. */
void __sanitizer_cov_trace_pc(void)
{
	struct kcov *k = recorder(KCOV_TRACE_PC);
	if (likely(k == nullptr))
		return;
	u64 at = __atomic_load_n(word(k, 0), __ATOMIC_RELAXED);
	if (at >= k->words - 1)
		return;
	__atomic_store_n(word(k, 0), at + 1, __ATOMIC_RELAXED);
	*word(k, at + 1) = text_offset(__builtin_return_address(0));
}

ALWAYS_INLINE void record_cmp(u64 type, u64 a, u64 b, void *ip)
{
	struct kcov *k = recorder(KCOV_TRACE_CMP);
	if (likely(k == nullptr))
		return;
	u64 at = __atomic_load_n(word(k, 0), __ATOMIC_RELAXED);
	if (at >= k->words / RECORD_WORDS - 1)
		return;
	__atomic_store_n(word(k, 0), at + 1, __ATOMIC_RELAXED);
	u64 first = 1 + at * RECORD_WORDS;
	*word(k, first) = type;
	*word(k, first + 1) = a;
	*word(k, first + 2) = b;
	*word(k, first + 3) = text_offset(ip);
}

#define TRACE_CMP(name, T, type)                                                                   \
	OSXTD_API void __sanitizer_cov_trace_##name(T a, T b);                                     \
	void __sanitizer_cov_trace_##name(T a, T b)                                                \
	{                                                                                          \
		record_cmp(type, a, b, __builtin_return_address(0));                               \
	}
TRACE_CMP(cmp1, u8, 0)
TRACE_CMP(cmp2, u16, 2)
TRACE_CMP(cmp4, u32, 4)
TRACE_CMP(cmp8, u64, 6)
/* The first operand is a constant of the code. */
TRACE_CMP(const_cmp1, u8, 0 | CMP_CONST)
TRACE_CMP(const_cmp2, u16, 2 | CMP_CONST)
TRACE_CMP(const_cmp4, u32, 4 | CMP_CONST)
TRACE_CMP(const_cmp8, u64, 6 | CMP_CONST)

/* cases: how many, the bits of the value, then the values. */
OSXTD_API void __sanitizer_cov_trace_switch(u64 value, const u64 *cases);
UNSAFE("1. the compiler made the table: its first word says how long it is")
void __sanitizer_cov_trace_switch(u64 value, const u64 *cases)
{
	if (likely(recorder(KCOV_TRACE_CMP) == nullptr))
		return;
	u64 bytes = cases[1] / 8;
	u64 size = bytes == 1 ? 0 : bytes == 2 ? 2 : bytes == 4 ? 4 : 6;
	for (u64 i = 0; i < cases[0]; i++)
		record_cmp(size | CMP_CONST, cases[2 + i], value, __builtin_return_address(0));
}

/* ---- the note ---- */

void kcov_note(struct cspan text)
{
	usize len = min_of(cspan_len(text), KCOV_NOTE_MAX);
	span_copy(span_sub(span_of(note_text), 0, len), cspan_sub(text, 0, len));
	note_len = len;
}

void kcov_show_note(void)
{
	if (note_len == 0)
		return;
	console_write_last(str_bytes(STR("note: ")));
	console_write_last(cspan_sub(cspan_of(note_text), 0, min_of(note_len, KCOV_NOTE_MAX)));
	console_write_last(str_bytes(STR("\n")));
}
