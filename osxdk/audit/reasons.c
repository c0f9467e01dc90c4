/* SPDX-License-Identifier: MPL-2.0 */
/* reasons - R-reason: each UNSAFE mark says why exactly this code is sound. */
#include <ctype.h>
#include <string.h>

#include "driver.h"

enum { LETTERS_MIN = 20, SAME_MAX = 3 };

static unsigned letters(const char *s)
{
	unsigned n = 0;
	for (; *s; s++)
		n += isalpha((unsigned char)*s) != 0;
	return n;
}

void check_reasons(struct facts *f)
{
	for (unsigned i = 0; i < f->range_count; i++) {
		const struct unsafe_range *r = &f->ranges[i];
		unsigned same = 0;
		if (strcmp(r->reason, "unsafe_fn") == 0)
			continue;
		for (unsigned k = 0; k < f->range_count; k++)
			same += strcmp(f->ranges[k].reason, r->reason) == 0;
		if (r->used == 0)
			facts_add_breach(f, "R-reason", r->file, r->first,
					 "nothing in here breaks a rule");
		if (letters(r->reason) < LETTERS_MIN)
			facts_add_breach(f, "R-reason", r->file, r->first,
					 "the reason is missing or too short");
		else if (same > SAME_MAX)
			facts_add_breach(f, "R-reason", r->file, r->first,
					 "the same reason stands on too many functions");
	}
}
