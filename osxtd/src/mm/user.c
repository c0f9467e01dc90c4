// SPDX-License-Identifier: MPL-2.0
/*
 * user - copies between the kernel and the user memory of the current task.  See <osxtd/user.h>.
 *
 * U1: every address is checked against the user half before it is touched, and every touching
 * instruction has a fixup. The fast path is one attempt; when a page is missing, the slow path asks
 * the space's fault handler and goes on page by page, so that what was copied is known to the byte.
 */
#include <osxtd/user.h>

#include "mm/usercopy.h"
#include <osxtd/task.h>
#include <osxtd/vmspace.h>

#include "mm/frames.h"

/* A page that the fault handler calls fit and that still faults: after so many rounds it is
 * refused. */
enum : u32 { FAULT_ROUNDS_MAX = 64 };

ALWAYS_INLINE bool range_ok(u64 va, u64 len)
{
	return len <= VMSPACE_HIGH && va <= VMSPACE_HIGH - len;
}

bool user_range_ok(struct uaddr addr, u64 len)
{
	return range_ok(addr._va, len);
}

/* Asks the current space for the page at va. */
static NOINLINE err_t resolve_page(u64 va, u32 access)
{
	struct task *t = task_current();
	struct vmspace *s = t == nullptr ? nullptr : vmspace_get_or_null(&t->space);
	if (s == nullptr)
		return ERR_FAULT;
	might_sleep();
	return s->ops->fault(s, va, access) == OK ? OK : ERR_FAULT;
}

/* ---- the three ways to move n bytes at user address va ---- */

enum user_move { MOVE_IN, MOVE_OUT, MOVE_ZERO };

/* The kernel's side is a span, of which MOVE_ZERO uses the length alone. */
UNSAFE("1. U1: the range was checked; 2. the kernel side has as many bytes")
ALWAYS_INLINE u64 move_once(enum user_move how, u64 va, struct span kernel)
{
	if (how == MOVE_IN)
		return usercopy_checked(kernel._ptr, (const void *)va, kernel._len);
	if (how == MOVE_OUT)
		return usercopy_checked((void *)va, kernel._ptr, kernel._len);
	return userzero((void *)va, kernel._len);
}

/* Goes on with the last `left` bytes after a first attempt stopped there. */
static NOINLINE err_t move_slow(enum user_move how, u64 va, struct span kernel, u64 left,
				usize *done)
{
	u64 n = kernel._len, at = n - left;
	u32 access = how == MOVE_IN ? VM_ACCESS_READ : VM_ACCESS_WRITE;
	for (u32 rounds = 0; at < n && rounds < FAULT_ROUNDS_MAX; rounds++) {
		if (resolve_page(va + at, access) != OK)
			break;
		u64 in_page = min_of(n - at, PAGE_SIZE - ((va + at) & (PAGE_SIZE - 1)));
		u64 moved = in_page - move_once(how, va + at, span_sub(kernel, at, in_page));
		at += moved;
		if (moved != 0)
			rounds = 0;
		if (moved != in_page || at == n)
			continue;
		/* The next pages are there more often than not. */
		moved = (n - at) - move_once(how, va + at, span_from(kernel, at));
		at += moved;
	}
	*done = at;
	return at == n ? OK : ERR_FAULT;
}

static NOINLINE err_t move_rest(enum user_move how, u64 va, struct span kernel, u64 left)
{
	usize done = 0;
	return move_slow(how, va, kernel, left, &done);
}

ALWAYS_INLINE err_t move(enum user_move how, u64 va, struct span kernel, usize *done)
{
	might_sleep();
	*done = 0;
	if (unlikely(!range_ok(va, kernel._len)))
		return ERR_FAULT;
	u64 left = move_once(how, va, kernel);
	if (unlikely(left != 0))
		return move_slow(how, va, kernel, left, done);
	*done = kernel._len;
	return OK;
}

err_t user_read_some(struct uaddr src, struct span dst, usize *done)
{
	return move(MOVE_IN, src._va, dst, done);
}

err_t user_write_some(struct uaddr dst, struct cspan src, usize *done)
{
	return move(MOVE_OUT, dst._va, span_read_only(src), done);
}

/* The same for callers who want all or nothing, without a count to keep. */
ALWAYS_INLINE err_t move_all(enum user_move how, u64 va, struct span kernel)
{
	might_sleep();
	if (unlikely(!range_ok(va, kernel._len)))
		return ERR_FAULT;
	u64 left = move_once(how, va, kernel);
	return likely(left == 0) ? OK : move_rest(how, va, kernel, left);
}

err_t user_read(struct uaddr src, struct span dst)
{
	return move_all(MOVE_IN, src._va, dst);
}

err_t user_write(struct uaddr dst, struct cspan src)
{
	return move_all(MOVE_OUT, dst._va, span_read_only(src));
}

err_t user_fill_zero(struct uaddr dst, u64 len)
{
	return move_all(MOVE_ZERO, dst._va, (struct span){ nullptr, len });
}

/* F2: the pages are untyped. */
err_t user_read_frame(struct uaddr src, struct uframe *dst, usize off, usize len, usize *done)
{
	return move(MOVE_IN, src._va, frame_bytes(dst, off, len), done);
}

err_t user_write_frame(struct uaddr dst, const struct uframe *src, usize off, usize len,
		       usize *done)
{
	return move(MOVE_OUT, dst._va, frame_bytes(src, off, len), done);
}

/* ---- single words ---- */

/* Makes both ends of a word at va present: it may cross a page. */
static err_t resolve_word(u64 va, u32 size, u32 access)
{
	TRY(resolve_page(va, access));
	return ((va ^ (va + size - 1)) & ~(u64)(PAGE_SIZE - 1)) == 0
		       ? OK
		       : resolve_page(va + size - 1, access);
}

err_t user_read_u32(struct uaddr src, u32 *out)
{
	might_sleep();
	if (unlikely(!range_ok(src._va, 4)))
		return ERR_FAULT;
	for (u32 rounds = 0; unlikely(!user_load32(src._va, out)); rounds++) {
		if (rounds == FAULT_ROUNDS_MAX)
			return ERR_FAULT;
		TRY(resolve_word(src._va, 4, VM_ACCESS_READ));
	}
	return OK;
}

err_t user_read_u64(struct uaddr src, u64 *out)
{
	might_sleep();
	if (unlikely(!range_ok(src._va, 8)))
		return ERR_FAULT;
	for (u32 rounds = 0; unlikely(!user_load64(src._va, out)); rounds++) {
		if (rounds == FAULT_ROUNDS_MAX)
			return ERR_FAULT;
		TRY(resolve_word(src._va, 8, VM_ACCESS_READ));
	}
	return OK;
}

err_t user_write_u32(struct uaddr dst, u32 v)
{
	might_sleep();
	if (unlikely(!range_ok(dst._va, 4)))
		return ERR_FAULT;
	for (u32 rounds = 0; unlikely(!user_store32(dst._va, v)); rounds++) {
		if (rounds == FAULT_ROUNDS_MAX)
			return ERR_FAULT;
		TRY(resolve_word(dst._va, 4, VM_ACCESS_WRITE));
	}
	return OK;
}

err_t user_write_u64(struct uaddr dst, u64 v)
{
	might_sleep();
	if (unlikely(!range_ok(dst._va, 8)))
		return ERR_FAULT;
	for (u32 rounds = 0; unlikely(!user_store64(dst._va, v)); rounds++) {
		if (rounds == FAULT_ROUNDS_MAX)
			return ERR_FAULT;
		TRY(resolve_word(dst._va, 8, VM_ACCESS_WRITE));
	}
	return OK;
}

err_t user_cmpxchg_u32(struct uaddr a, u32 expected, u32 desired, u32 *seen)
{
	might_sleep();
	if (unlikely(!range_ok(a._va, 4) || (a._va & 3) != 0))
		return ERR_FAULT;
	for (u32 rounds = 0; unlikely(!user_swap32(a._va, expected, desired, seen)); rounds++) {
		if (rounds == FAULT_ROUNDS_MAX)
			return ERR_FAULT;
		TRY(resolve_page(a._va, VM_ACCESS_WRITE));
	}
	return OK;
}

/* ---- strings ---- */

constexpr u64 ONES = 0x0101010101010101, HIGHS = 0x8080808080808080;

ALWAYS_INLINE void put_word(struct span dst, u64 at, u64 word)
{
	UNSAFE("1. the loop that calls it keeps at + 8 within dst")
	{
		__builtin_memcpy(dst._ptr + at, &word, 8);
	}
}

/* Copies from va to dst up to a NUL.  Returns the bytes copied; *ended: the last one is the NUL.
 * U1: the range was checked; only loads fault in the window. */
static u64 str_once(u64 va, struct span dst, bool *ended)
{
	u64 at = 0, n = dst._len;
	user_window_open();
	for (; n - at >= 8; at += 8) {
		u64 word = 0;
		if (!user_load64_in_window(va + at, &word))
			break;
		u64 zero = wrap_add(word, ~ONES + 1) & ~word & HIGHS;
		put_word(dst, at, word);
		if (zero != 0) {
			at += (u64)__builtin_ctzll(zero) / 8 + 1;
			*ended = true;
			break;
		}
	}
	while (at < n && !*ended) {
		u8 byte = 0;
		if (!user_load8_in_window(va + at, &byte))
			break;
		span_set(dst, at++, byte);
		*ended = byte == 0;
	}
	user_window_close();
	return at;
}

err_t user_read_str(struct uaddr src, struct span dst, usize *len)
{
	might_sleep();
	if (unlikely(src._va >= VMSPACE_HIGH))
		return ERR_FAULT;
	u64 limit = min_of((u64)dst._len, VMSPACE_HIGH - src._va);
	u64 at = 0;
	u32 rounds = 0;
	for (;;) {
		bool ended = false;
		u64 got = str_once(src._va + at, span_sub(dst, at, limit - at), &ended);
		at += got;
		if (likely(ended)) {
			*len = at - 1;
			return OK;
		}
		if (at == limit)
			return limit == dst._len ? ERR_NAMETOOLONG : ERR_FAULT;
		rounds = got != 0 ? 0 : rounds + 1;
		if (rounds == FAULT_ROUNDS_MAX)
			return ERR_FAULT;
		TRY(resolve_page(src._va + at, VM_ACCESS_READ));
	}
}

/* ---- spaces that are not current ---- */

/* The frame at va of s, fit for access, counted for the caller. */
static err_t frame_at(struct vmspace *s, u64 va, u32 access, struct uframe_ref *out)
{
	for (u32 rounds = 0; rounds < FAULT_ROUNDS_MAX; rounds++) {
		{
			SCOPED_CURSOR(c);
			struct vm_entry e = {};
			TRY(vmspace_lock(s, page_down(va), page_down(va) + PAGE_SIZE, &c));
			bool fit = vm_query(&c, va, &e) && e.is_mapped && e.prot != VM_NONE &&
				   (access == VM_ACCESS_READ || e.is_writable);
			if (fit) {
				*out = uframe_clone(e.frame);
				return OK;
			}
		}
		might_sleep();
		TRY(s->ops->fault(s, va, access));
	}
	return ERR_FAULT;
}

err_t vmspace_read(struct vmspace *s, struct uaddr src, struct span dst, usize *done)
{
	*done = 0;
	if (!range_ok(src._va, dst._len))
		return ERR_FAULT;
	while (*done < dst._len) {
		u64 va = src._va + *done;
		usize off = va & (PAGE_SIZE - 1);
		usize n = min_of(dst._len - *done, PAGE_SIZE - off);
		SCOPED_UFRAME(f);
		TRY(frame_at(s, va, VM_ACCESS_READ, &f));
		uframe_read(uframe_get(&f), off, span_sub(dst, *done, n));
		*done += n;
	}
	return OK;
}

err_t vmspace_write(struct vmspace *s, struct uaddr dst, struct cspan src, usize *done)
{
	*done = 0;
	if (!range_ok(dst._va, src._len))
		return ERR_FAULT;
	while (*done < src._len) {
		u64 va = dst._va + *done;
		usize off = va & (PAGE_SIZE - 1);
		usize n = min_of(src._len - *done, PAGE_SIZE - off);
		SCOPED_UFRAME(f);
		TRY(frame_at(s, va, VM_ACCESS_WRITE, &f));
		uframe_write(uframe_get(&f), off, cspan_sub(src, *done, n));
		*done += n;
	}
	return OK;
}
