/* SPDX-License-Identifier: MPL-2.0 */
/* exec_test - first lines of scripts, and argument strings. */
#include <osxtd/ktest.h>

#include "process/exec_image.h"

/* "interpreter|argument" as parsed, or the error in words. */
static struct str parsed(struct str file, struct span out)
{
	struct text t = text_in(out);
	struct script_line line = {};
	bool is_script = false;
	if (script_parse(str_bytes(file), &is_script, &line) != OK)
		return STR("refused");
	if (!is_script)
		return STR("no script");
	FMT(&t, "{}|{}", line.interpreter, line.argument);
	return text_str(&t);
}

static bool parses_as(struct str file, struct str want)
{
	u8 out[128] = {};
	return str_equal(parsed(file, span_of(out)), want);
}

KTEST(exec, script_lines)
{
	EXPECT(parses_as(STR("#!/bin/sh\necho"), STR("/bin/sh|")));
	EXPECT(parses_as(STR("#! \t/bin/sh \t \n"), STR("/bin/sh|")));
	EXPECT(parses_as(STR("#!/bin/sh -e  x \n"), STR("/bin/sh|-e  x")));
	EXPECT(parses_as(STR("#!/bin/sh"), STR("/bin/sh|")));
	EXPECT(parses_as(STR("#!"), STR("refused")));
	EXPECT(parses_as(STR("#!  \n/bin/sh"), STR("refused")));
	EXPECT(parses_as(STR("# !/bin/sh\n"), STR("no script")));
	EXPECT(parses_as(STR("\177ELF"), STR("no script")));
	EXPECT(parses_as(STR(""), STR("no script")));
}

KTEST(exec, long_script_lines)
{
	u8 file[EXEC_SCRIPT_LINE + 20] = { '#', '!' };
	struct script_line line = {};
	bool is_script = false;
	span_fill(span_from(span_of(file), 2), 'x');
	/* The path does not end within the bytes that count: it would be cut. */
	EXPECT_EQ(script_parse(cspan_of(file), &is_script, &line), ERR_NOEXEC);
	/* An argument may be cut. */
	array_at(file, 10) = ' ';
	EXPECT_OK(script_parse(cspan_of(file), &is_script, &line));
	EXPECT_EQ(str_len(line.interpreter), 8);
	EXPECT_EQ(str_len(line.argument), EXEC_SCRIPT_LINE - 11);
}

KTEST(exec, strings)
{
	struct exec_strings s CLEANUP(exec_strings_fini) = {};
	SCOPED_BUF(big);
	EXPECT_OK(exec_strings_add(&s, str_bytes(STR("one"))));
	EXPECT_OK(exec_strings_add(&s, str_bytes(STR(""))));
	EXPECT_EQ(s.count, 2);
	EXPECT_EQ(s.len, 5);
	REQUIRE_OK(buf_alloc(EXEC_ARG_MAX, &big));
	span_fill(buf_span(&big), 'a');
	EXPECT_EQ(exec_strings_add(&s, span_const(buf_span(&big))), ERR_2BIG);
	/* Over the borders of pieces, and what a script leaves of it. */
	struct exec_strings rest CLEANUP(exec_strings_fini) = {};
	EXPECT_OK(exec_strings_add(&s, cspan_sub(span_const(buf_span(&big)), 0, 40000)));
	EXPECT_OK(exec_strings_add_rest(&rest, &s));
	EXPECT_EQ(s.len, 5 + 40001);
	EXPECT_EQ(rest.len, 1 + 40001);
	EXPECT_EQ(rest.count, 2);
	usize sum = 0;
	for (usize i = 0; i < exec_strings_chunks(&rest); i++)
		sum += cspan_len(exec_strings_chunk(&rest, i));
	EXPECT_EQ(sum, rest.len);
}
