/* SPDX-License-Identifier: MPL-2.0 */
/*
 * host - runs the KTESTs of pure modules on the build machine, one cmocka test each, TAP on stdout.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <osxtd/ktest.h>

extern const struct ktest __start_ktests[];
extern const struct ktest __stop_ktests[];

void ktest_fail(struct ktest_ctx *t, const char *file, u32 line, const char *what, i64 got,
		i64 want)
{
	t->failures++;
	printf("# %s:%u: %s is %lld, want %lld\n", file, line, what, (long long)got,
	       (long long)want);
}

static void run_one(void **state)
{
	const struct ktest *test = *state;
	struct ktest_ctx context = {};

	test->run(&context);
	assert_int_equal(context.failures, 0);
}

int main(void)
{
	usize count = (usize)(__stop_ktests - __start_ktests);
	struct CMUnitTest *tests = calloc(count, sizeof(*tests));
	char (*names)[96] = calloc(count, sizeof(*names));

	if (tests == nullptr || names == nullptr)
		return 2;
	for (usize i = 0; i < count; i++) {
		snprintf(names[i], sizeof(names[i]), "%s: %s", __start_ktests[i].suite,
			 __start_ktests[i].name);
		tests[i] = (struct CMUnitTest){
			.name = names[i],
			.test_func = run_one,
			.initial_state = (void *)&__start_ktests[i],
		};
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	int failed = _cmocka_run_group_tests("host", tests, count, nullptr, nullptr);
	free(tests);
	free(names);
	return failed == 0 ? 0 : 1;
}
