/* SPDX-License-Identifier: MPL-2.0 */
/*
 * command_line - the kernel's command line, taken apart.
 *
 * Linux's grammar: words separated by blanks, double quotes protect blanks; name=value and
 * name.option=value that the kernel knows are its own; unknown name=value go to init's environment,
 * bare words to its arguments, and so does everything behind
 * "--".  A bad value is reported and ignored; two init= are an error.
 *
 *   Lifetime:  texts are views of the boot command line or of `quoted`.
 *   Spec:      design mission.md; Linux Documentation/admin-guide/kernel-parameters.rst.
 */
#pragma once
#include <osxtd/buf.h>
#include <osxtd/span.h>

enum : u32 { INIT_STRINGS_MAX = 64 };
struct init_strings {
	u32 count;
	struct str at[INIT_STRINGS_MAX];
};

struct command_line {
	struct str init;   /* empty: the default list */
	struct str rdinit; /* empty: /init */
	struct init_strings arguments;
	struct init_strings environment;
	bool has_ktest;
	struct str ktest; /* the suite, empty: all */
	bool no_aslr;	  /* norandmaps */
	bool is_bad;	  /* two init= */
	u32 log_level;	  /* console level */
	struct buf words; /* the text with quotes taken out */
};

/* Takes text apart; problems are logged.  ERR_NOMEM. */
err_t command_line_parse(struct str text, struct command_line *out);
