// SPDX-License-Identifier: MPL-2.0
/*
 * kasan - the shadow: marks set and read, and what the compiler's instrumentation calls.
 *
 * Nothing here is instrumented, and nothing here calls memset or memcpy, which check.
 */
#include "debug/kasan.h"

#include "core/sched.h"
#include "debug/kasan_report.h"
#include "mm/frames.h"

KASAN_OFF_BEGIN

static bool shared is_on OWNER(boot);

ALWAYS_INLINE u8 *shadow_at(u64 va)
{
	UNSAFE("1. the shadow of every kernel address that code may touch is mapped since "
	       "kasan_map")
	return (u8 *)kasan_shadow(va);
}

/* Byte by byte, and no call of memset in its place. */
UNSAFE("1. the callers' ranges have writable shadow of their own")
__attribute__((no_builtin("memset"))) static void bytes_fill_raw(u64 at, u64 n, u8 v)
{
	for (u64 i = 0; i < n; i++)
		*(u8 *)(at + i) = v;
}

/* Whole words where possible: pages are marked all the time. */
UNSAFE("1. the callers' ranges have writable shadow of their own")
static void shadow_fill(u64 va, u64 len, u8 v)
{
	u64 at = kasan_shadow(va), n = len / KASAN_GRANULE;
	u64 head = min_of(-at & 7, n);
	u64 words = (n - head) / 8, bytes = (n - head) % 8;
	bytes_fill_raw(at, head, v);
	words_fill((void *)(at + head), v * 0x0101010101010101u, words);
	bytes_fill_raw(at + head + words * 8, bytes, v);
}

UNSAFE("1. the byte behind the full granules is the range's own")
void kasan_unpoison(const void *p, usize len)
{
	shadow_fill((u64)p, len, 0);
	if (len % KASAN_GRANULE != 0)
		*shadow_at((u64)p + len) = len % KASAN_GRANULE;
}

void kasan_poison(const void *p, usize len, enum kasan_mark mark)
{
	UNSAFE("1. the range is the caller's")
	{
		shadow_fill((u64)p, len, mark);
	}
}

void kasan_fit(const void *p, usize len, usize room, enum kasan_mark mark)
{
	usize good = (len + KASAN_GRANULE - 1) & ~(usize)(KASAN_GRANULE - 1);
	kasan_unpoison(p, len);
	UNSAFE("1. the range is the caller's")
	if (good < room)
		shadow_fill((u64)p + good, room - good, mark);
}

/* ---- checks ---- */

enum : u64 { KERNEL_HALF = 1ull << 63 };

/* Shadow only; an address outside the kernel's half has none and is left to its fault. */
bool kasan_is_bad(u64 va)
{
	if (va < KERNEL_HALF)
		return false;
	i8 s = (i8)*shadow_at(va);
	return s < 0 || (s > 0 && (i64)(va % KASAN_GRANULE) >= s);
}

/* The first bad byte of va … va+len; 0 when there is none. */
static u64 first_bad(u64 va, u64 len)
{
	for (u64 at = va; at < va + len; at = (at | (KASAN_GRANULE - 1)) + 1) {
		if (kasan_is_bad(min_of(at | (KASAN_GRANULE - 1), va + len - 1)))
			return kasan_is_bad(at) ? at : at - at % KASAN_GRANULE + *shadow_at(at);
	}
	return 0;
}

bool kasan_is_on(void)
{
	return is_on;
}

static void check(u64 va, u64 len, bool is_write, u64 ip)
{
	u64 bad = is_on && len != 0 ? first_bad(va, len) : 0;
	if (unlikely(bad != 0))
		kasan_report(&(struct kasan_access){ va, len, bad, ip, is_write });
}

void kasan_check(const void *p, usize len, bool is_write, u64 ip)
{
	if (address_of_(p) >= KERNEL_HALF)
		check(address_of_(p), len, is_write, ip);
}

/* What instrumented code calls: the fast check failed, or the size has no fast check. */
#define REPORT(size)                                                                               \
	OSXTD_API void __asan_report_load##size##_noabort(u64 va);                                 \
	OSXTD_API void __asan_report_store##size##_noabort(u64 va);                                \
	void __asan_report_load##size##_noabort(u64 va)                                            \
	{                                                                                          \
		check(va, size, false, address_of_(__builtin_return_address(0)));                  \
	}                                                                                          \
	void __asan_report_store##size##_noabort(u64 va)                                           \
	{                                                                                          \
		check(va, size, true, address_of_(__builtin_return_address(0)));                   \
	}
REPORT(1)
REPORT(2)
REPORT(4)
REPORT(8)
REPORT(16)
#undef REPORT

#define CHECK_N(name, is_write)                                                                    \
	OSXTD_API void name(u64 va, u64 len);                                                      \
	void name(u64 va, u64 len)                                                                 \
	{                                                                                          \
		check(va, len, is_write, address_of_(__builtin_return_address(0)));                \
	}
CHECK_N(__asan_report_load_n_noabort, false)
CHECK_N(__asan_report_store_n_noabort, true)
CHECK_N(__asan_loadN_noabort, false)
CHECK_N(__asan_storeN_noabort, true)
#undef CHECK_N

/* ---- locals ---- */

OSXTD_API void __asan_handle_no_return(void);
OSXTD_API void __asan_poison_stack_memory(u64 va, u64 len);
OSXTD_API void __asan_unpoison_stack_memory(u64 va, u64 len);

/* A stack that is left for good is marked good when it is handed out again (stack_alloc). */
void __asan_handle_no_return(void) {}

/* The compiler names a local of the caller. */
void __asan_poison_stack_memory(u64 va, u64 len)
{
	u64 room = (len + KASAN_GRANULE - 1) & ~(u64)(KASAN_GRANULE - 1);
	shadow_fill(va, room, KASAN_STACK_SCOPE);
}

void __asan_unpoison_stack_memory(u64 va, u64 len)
{
	UNSAFE("1. the compiler names a local of the caller")
	{
		kasan_unpoison((const void *)va, len);
	}
}

#define SET_SHADOW(value)                                                                          \
	OSXTD_API void __asan_set_shadow_##value(u8 *at, u64 n);                                   \
	void __asan_set_shadow_##value(u8 *at, u64 n)                                              \
	{                                                                                          \
		bytes_fill_raw(address_of_(at), n, 0x##value);                                     \
	}
SET_SHADOW(00)
SET_SHADOW(f1)
SET_SHADOW(f2)
SET_SHADOW(f3)
SET_SHADOW(f5)
SET_SHADOW(f8)
#undef SET_SHADOW

/* ---- globals ---- */

/* The compiler's record of one global. */
struct asan_global {
	u64 start, size, size_with_redzone;
	const char *name, *module;
	u64 has_dynamic_init, location, odr_indicator;
};
OSXTD_API void __asan_register_globals(const struct asan_global *g, u64 n);
OSXTD_API void __asan_unregister_globals(const struct asan_global *g, u64 n);

void __asan_register_globals(const struct asan_global *g, u64 n)
{
	UNSAFE("1. the compiler's table has n records, each of a global with its redzone")
	for (u64 i = 0; i < n; i++)
		kasan_fit((const void *)g[i].start, g[i].size, g[i].size_with_redzone,
			  KASAN_GLOBAL);
}

void __asan_unregister_globals(const struct asan_global *g, u64 n)
{
	(void)g;
	(void)n;
}

extern void (*const __start_init_array[])(void), (*const __stop_init_array[])(void);

void kasan_init(void)
{
	UNSAFE("1. the linker script gathers the constructors between the two symbols")
	for (void (*const *f)(void) = __start_init_array; f < __stop_init_array; f++)
		(*f)();
	is_on = true;
}

/* ---- kernel stacks ---- */

static_assert(STACK_SIZE == PAGE_SIZE * KASAN_GRANULE);

/* The page becomes the shadow of a stack that has none. */
err_t kasan_stack_map(u64 base)
{
	struct uframe *f = frame_take(FRAME_STACK);
	if (f == nullptr)
		return ERR_NOMEM;
	page_zero(frame_va(f));
	err_t err = paging_map_page(kasan_shadow(base), frame_paddr(f));
	if (err != OK)
		frame_give(f, FRAME_STACK);
	return err;
}

/* Nobody runs on the stack any more; its page came from kasan_stack_map. */
void kasan_stack_unmap(u64 base)
{
	frame_give(frame_of(paging_unmap_page(kasan_shadow(base))), FRAME_STACK);
}

KASAN_OFF_END
