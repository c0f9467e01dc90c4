/* SPDX-License-Identifier: MPL-2.0 */
/* facts - reads what the workers wrote; a header that many units include is counted once. */
#include <stdlib.h>
#include <string.h>

#include "ast.h"
#include "driver.h"

static void *grown(void *array, unsigned count, size_t size)
{
	if (count != 0 && (count & (count - 1)) != 0)
		return array;
	void *more = realloc(array, (count ? 2 * (size_t)count : 1) * size);
	if (!more)
		abort();
	return more;
}

/* A set of lines: true when the line is new. */
enum { SEEN_BUCKETS = 1 << 15 };
static bool is_new(const char *text)
{
	static struct seen {
		struct seen *next;
		const char *text;
	} *seen[SEEN_BUCKETS];
	const char *kept = intern(text);
	struct seen **slot = &seen[((uintptr_t)kept >> 4) % SEEN_BUCKETS];
	for (struct seen *s = *slot; s; s = s->next) {
		if (s->text == kept)
			return false;
	}
	struct seen *made = malloc(sizeof(*made));
	if (!made)
		abort();
	*made = (struct seen){ *slot, kept };
	*slot = made;
	return true;
}

void facts_add_breach(struct facts *f, const char *rule, const char *file, unsigned line,
		      const char *text)
{
	f->breaches = grown(f->breaches, f->breach_count, sizeof(*f->breaches));
	f->breaches[f->breach_count++] = (struct breach){ intern(rule), intern(file), intern(text),
							  line, false };
}

/* Splits a line at its tabs; the last field keeps what follows. */
static unsigned fields(char *line, char **out, unsigned max)
{
	unsigned n = 0;
	line[strcspn(line, "\n")] = '\0';
	while (n < max) {
		out[n++] = line;
		char *tab = n < max ? strchr(line, '\t') : NULL;
		if (!tab)
			break;
		*tab = '\0';
		line = tab + 1;
	}
	return n;
}

/* A function that a macro makes many times has one place. */
void facts_add_range(struct facts *f, const char *file, unsigned first, unsigned last,
		     const char *name, const char *reason)
{
	for (unsigned i = 0; i < f->range_count; i++) {
		if (f->ranges[i].first == first && strcmp(f->ranges[i].file, file) == 0)
			return;
	}
	f->ranges = grown(f->ranges, f->range_count, sizeof(*f->ranges));
	f->ranges[f->range_count++] = (struct unsafe_range){ intern(file),   intern(name),
							     intern(reason), first,
							     last,	     0 };
}

void facts_add_file(struct facts *f, const char *file)
{
	f->files = grown(f->files, f->file_count, sizeof(*f->files));
	f->files[f->file_count++] = intern(file);
}

static void add_macro(struct facts *f, char **v)
{
	f->macros = grown(f->macros, f->macro_count, sizeof(*f->macros));
	f->macros[f->macro_count++] = (struct macro){ intern(v[1]), intern(v[4]),
						      (unsigned)atoi(v[2]), (unsigned)atoi(v[3]) };
}

void facts_note_use(struct facts *f, const char *file, unsigned line)
{
	struct unsafe_range *best = NULL;
	for (unsigned i = 0; i < f->range_count; i++) {
		struct unsafe_range *r = &f->ranges[i];
		if (strcmp(r->file, file) == 0 && r->first <= line && line <= r->last &&
		    (!best || r->last - r->first < best->last - best->first))
			best = r;
	}
	if (best)
		best->used++;
}

static void read_line(struct facts *f, char *line)
{
	char *v[6];
	char whole[8192];
	snprintf(whole, sizeof(whole), "%s", line);
	if (line[0] == 'D') {
		if (fields(line, v, 3) == 3 && is_new(v[2]))
			facts_add_file(f, v[2]);
	} else if (!is_new(whole)) {
		return;
	} else if ((line[0] == 'B' || line[0] == 'M') && fields(line, v, 5) == 5) {
		facts_add_breach(f, v[1], v[2], (unsigned)atoi(v[3]), v[4]);
		f->breaches[f->breach_count - 1].in_macro = v[0][0] == 'M';
	} else if (line[0] == 'W' && fields(line, v, 5) == 5) {
		facts_note_use(f, v[2], (unsigned)atoi(v[3]));
	} else if (line[0] == 'U' && fields(line, v, 6) == 6) {
		facts_add_range(f, v[1], (unsigned)atoi(v[2]), (unsigned)atoi(v[3]), v[4], v[5]);
	} else if (line[0] == 'X' && fields(line, v, 5) == 5) {
		add_macro(f, v);
	} else if (line[0] == 'I' && fields(line, v, 4) == 4) {
		check_include(f, v[1], (unsigned)atoi(v[2]), v[3]);
	} else if (line[0] == 'F' && fields(line, v, 5) == 5) {
		graph_define(v[1], v[2], (unsigned)atoi(v[3]), v[4]);
	} else if (line[0] == 'C' && fields(line, v, 3) == 3) {
		graph_call(v[1], v[2]);
	}
}

void facts_read(struct facts *f, const char *path)
{
	char line[8192];
	FILE *facts = fopen(path, "r");
	if (!facts) {
		facts_add_breach(f, "R-parse", path, 0,
				 "the audit of a unit ended without a result");
		return;
	}
	while (fgets(line, sizeof(line), facts))
		read_line(f, line);
	fclose(facts);
}
