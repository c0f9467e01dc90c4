/* SPDX-License-Identifier: MPL-2.0 */
/* ktest - runs the tests that the linker gathered; TAP on the console. */
#include <osxtd/console.h>
#include <osxtd/fmt.h>
#include <osxtd/ktest.h>

#include "debug/count.h"
#include "debug/leak.h"

extern const struct ktest __start_ktests[];
extern const struct ktest __stop_ktests[];

#define PRINT(format, ...)                                                                         \
	do {                                                                                       \
		u8 line_[256] = {};                                                                \
		struct text text_ = text_in(span_of(line_));                                       \
		FMT(&text_, format, __VA_ARGS__);                                                  \
		console_write(str_bytes(text_str(&text_)));                                        \
	} while (0)

void ktest_fail(struct ktest_ctx *t, const char *file, u32 line, const char *what, i64 got,
		i64 want)
{
	t->failures++;
	PRINT("# {}:{}: {} is {}, want {}\n", file, line, what, got, want);
}

static bool item_names(struct str item, const struct ktest *k)
{
	usize dot = str_find(item, '.', 0);
	if (!str_equal(str_sub(item, 0, dot), str_of_cstr(k->suite)))
		return false;
	return dot == str_len(item) || str_equal(str_from(item, dot + 1), str_of_cstr(k->name));
}

static bool is_wanted(struct str filter, const struct ktest *k)
{
	usize at = 0, len = str_len(filter);
	while (at < len) {
		usize end = str_find(filter, ',', at);
		if (item_names(str_sub(filter, at, end - at), k))
			return true;
		at = end + 1;
	}
	return len == 0;
}

/* Debug builds run a test twice: what is handed out after the second time must be what was after
 * the first, which fills the caches. */
static void run_one(const struct ktest *k, struct ktest_ctx *ctx)
{
	k->run(ctx);
#ifdef OSXTD_DEBUG
	if (ctx->failures != 0 || ctx->keeps != nullptr)
		return;
	static struct leak_mark shared mark;
	leak_mark(&mark);
	k->run(ctx);
	ctx->failures += leak_compare(&mark, true);
#endif
}

UNSAFE("1. the linker script keeps whole struct ktest records between the two symbols")
static const struct ktest *test_at(usize i)
{
	return i < (usize)(__stop_ktests - __start_ktests) ? &__start_ktests[i] : nullptr;
}

bool ktest_run(struct str filter)
{
	u32 run = 0, failed = 0;
	const struct ktest *k = test_at(0);
	for (usize i = 1; k != nullptr; k = test_at(i++)) {
		if (!is_wanted(filter, k))
			continue;
		PRINT("# {}.{}\n", k->suite, k->name); /* whose test it was, should it not return */
		struct ktest_ctx ctx = {};
		run++;
		u32 reports = debug_reports();
		run_one(k, &ctx);
		ctx.failures += debug_reports() - reports;
		if (ctx.failures != 0)
			failed++;
		PRINT("{}ok {} - {}: {}\n", ctx.failures != 0 ? "not " : "", run, k->suite,
		      k->name);
	}
	PRINT("1..{}\n{} passed, {} failed\n", run, run - failed, failed);
	if (failed == 0 && run != 0)
		console_write(str_bytes(STR("[ktest runner] All tests passed.\n")));
	else
		PRINT("[ktest runner] {} of {} tests failed.\n", failed, run);
	return failed == 0 && run != 0;
}
