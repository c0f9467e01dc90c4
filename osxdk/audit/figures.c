/* SPDX-License-Identifier: MPL-2.0 */
/*
 * figures - how large the part that must be trusted is: counted in code lines (neither blank nor
 * only comment) of the files that the kernel is made of.
 */
#include <string.h>

#include "ast.h"
#include "driver.h"

/* Tests are not in a release kernel; what a program made is nobody's code. */
static bool is_counted(const char *file)
{
	return !ends_with(file, "_test.c") && !ends_with(file, "_test.h") &&
	       !strstr(file, "/test_") &&
	       (starts_with(file, "osxtd/") || starts_with(file, "kernel/"));
}

static unsigned code_lines(const struct source *s)
{
	unsigned n = 0;
	for (unsigned line = 1; line <= s->lines + 1; line++)
		n += s->is_code[line];
	return n;
}

static void mark_unsafe(const char *file, unsigned first, unsigned last)
{
	struct source *s = source_get(file);
	for (unsigned line = first; s && line <= last && line <= s->lines + 1; line++)
		s->is_unsafe[line] = true;
}

static unsigned unsafe_lines(const struct source *s)
{
	unsigned n = 0;
	if (ends_with(s->name, ".S"))
		return code_lines(s);
	for (unsigned line = 1; line <= s->lines + 1; line++)
		n += s->is_code[line] && s->is_unsafe[line];
	return n;
}

struct figures figures_count(const struct facts *f, const char *arch)
{
	struct figures sum = {};
	for (unsigned i = 0; i < f->range_count; i++)
		mark_unsafe(f->ranges[i].file, f->ranges[i].first, f->ranges[i].last);
	for (unsigned i = 0; i < f->file_count; i++) {
		struct source *s = is_counted(f->files[i]) ? source_get(f->files[i]) : NULL;
		if (!s)
			continue;
		sum.all += code_lines(s);
		sum.trusted += zone_of(s->name) == ZONE_OSXTD ? code_lines(s) : 0;
		sum.unsafe += unsafe_lines(s);
		sum.port += is_port_file(s->name, arch) ? code_lines(s) : 0;
	}
	for (unsigned i = 0; i < f->breach_count; i++)
		sum.escapes += zone_of(f->breaches[i].file) == ZONE_KERNEL;
	return sum;
}

/* Where the unsafe lines are, for those who want fewer. */
void figures_print_detail(const struct facts *f)
{
	for (unsigned i = 0; i < f->file_count; i++) {
		struct source *s = is_counted(f->files[i]) ? source_get(f->files[i]) : NULL;
		unsigned lines = s ? unsafe_lines(s) : 0;
		if (lines > 0)
			printf("%5u of %5u unsafe: %s\n", lines, code_lines(s), s->name);
	}
}

static void print_share(const char *what, unsigned part, unsigned all)
{
	unsigned tenths = all ? (unsigned)((10000ull * part / all + 5) / 10) : 0;
	printf("%s: %u.%u %% (%u of %u lines)\n", what, tenths / 10, tenths % 10, part, all);
}

void figures_print(const struct figures *sum)
{
	print_share("TCB share", sum->trusted, sum->all);
	print_share("unsafe share", sum->unsafe, sum->all);
	printf("escapes: %u\n", sum->escapes);
	printf("port: %u lines\n", sum->port);
}
