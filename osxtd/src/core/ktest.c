/* SPDX-License-Identifier: MPL-2.0 */
/* ktest - runs the tests that the linker gathered; TAP on the console. */
#include <osxtd/console.h>
#include <osxtd/fmt.h>
#include <osxtd/ktest.h>

extern const struct ktest __start_ktests[] __attribute__((weak));
extern const struct ktest __stop_ktests[] __attribute__((weak));

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

UNSAFE("1. the linker script keeps whole struct ktest records between the two symbols")
bool ktest_run(struct str filter)
{
	u32 run = 0, failed = 0;
	for (const struct ktest *k = __start_ktests; k < __stop_ktests; k++) {
		if (str_len(filter) != 0 && !str_equal(filter, str_of_cstr(k->suite)))
			continue;
		struct ktest_ctx ctx = {};
		run++;
		k->run(&ctx);
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
