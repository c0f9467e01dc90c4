/* SPDX-License-Identifier: MPL-2.0 */
/*
 * ktest - tests inside the kernel: KTEST(module, what) { … EXPECT_EQ(got, want); }
 *
 * Run in the guest by `ktest`, `ktest=module` or `ktest=module.test,…` on the command line; TAP on
 * the console.
 * Test files also build on the host when their module is pure.
 *
 *   Context:  each test runs in a task of its own turn; it may sleep.
 */
#pragma once
#include <osxtd/base.h>
#include <osxtd/span.h>

struct ktest_ctx {
	u32 failures;
	const char *keeps;
};
struct ktest {
	const char *suite, *name;
	void (*run)(struct ktest_ctx *t);
};
OSXTD_API void ktest_fail(struct ktest_ctx *t, const char *file, u32 line, const char *what,
			  i64 got, i64 want);
/* Runs the tests that filter names, by suite or suite.test, separated by commas (all for ""),
 * prints TAP; true when all passed. */
OSXTD_API bool ktest_run(struct str filter);

/* Runs body(arg) in a task of its own and is true when that ends it with an assertion, a check of
 * the compiler or an exception that reports itself as why.  The body holds no lock and no
 * reference. */
OSXTD_API bool ktest_traps(void (*body)(void *arg), void *arg, struct str why);
#define EXPECT_TRAP(body, arg, why) EXPECT(ktest_traps(body, arg, STR(why)))

#define KTEST(suite_, name_)                                                                       \
	static void ktest_##suite_##_##name_(struct ktest_ctx *t);                                 \
	__attribute__((section("ktests"),                                                          \
		       used)) static const struct ktest ktest_entry_##suite_##_##name_ = {         \
		#suite_, #name_, ktest_##suite_##_##name_                                          \
	};                                                                                         \
	static void ktest_##suite_##_##name_([[maybe_unused]] struct ktest_ctx *t)
/* This test keeps memory on purpose or cannot run twice; why says so.  Debug builds run the others
 * twice and compare what is handed out. */
#define KEEPS(why) (t->keeps = (why))
#define EXPECT_EQ(got, want)                                                                       \
	do {                                                                                       \
		i64 got_ = (i64)(got), want_ = (i64)(want);                                        \
		if (got_ != want_)                                                                 \
			ktest_fail(t, __FILE_NAME__, __LINE__, #got, got_, want_);                 \
	} while (0)
#define EXPECT(cond)	EXPECT_EQ(!!(cond), true)
#define EXPECT_OK(expr) EXPECT_EQ((expr), OK)
/* As EXPECT_OK, and ends the test when it fails. */
#define REQUIRE_OK(expr)                                                                           \
	do {                                                                                       \
		err_t req_ = (expr);                                                               \
		if (req_ != OK) {                                                                  \
			ktest_fail(t, __FILE_NAME__, __LINE__, #expr, req_, OK);                   \
			return;                                                                    \
		}                                                                                  \
	} while (0)
