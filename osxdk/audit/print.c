/* SPDX-License-Identifier: MPL-2.0 */
/* print - the report: one line for each breach, then counts. */
#include <stdlib.h>
#include <string.h>

#include "driver.h"

static int by_place(const void *a, const void *b)
{
	const struct breach *x = a, *y = b;
	int order = strcmp(x->file, y->file);
	if (order == 0)
		order = x->line < y->line ? -1 : x->line > y->line;
	if (order == 0)
		order = strcmp(x->rule, y->rule);
	return order ? order : strcmp(x->text, y->text);
}

bool print_report(const struct facts *f, const struct options *o)
{
	qsort(f->breaches, f->breach_count, sizeof(*f->breaches), by_place);
	for (unsigned i = 0; i < f->breach_count && !o->quiet; i++) {
		const struct breach *b = &f->breaches[i];
		enum rule_id id = rule_find(b->rule);
		printf("%s:%u: %s: %s%s (remedy: %s)\n", b->file, b->line, b->rule, b->text,
		       b->in_macro ? ", in a macro" : "", id < RULE_COUNT ? rules[id].remedy : "?");
	}
	return f->breach_count == 0;
}
