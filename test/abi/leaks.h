/* SPDX-License-Identifier: MPL-2.0 */
/*
 * leaks - what the kernel has handed out, from /proc/sys/debug/counts of a debug build.
 *
 * Reading the file ends what waits, so two readings differ by what was really kept.
 */
#pragma once
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define COUNTS_FILE "/proc/sys/debug/counts"
#define COUNTS_MAX  256

struct counts {
	int n;
	struct {
		char name[40];
		long live, references;
	} pool[COUNTS_MAX];
	long pages[4];
};

/* False on a kernel that does not count. */
static inline bool counts_read(struct counts *c)
{
	FILE *f = fopen(COUNTS_FILE, "r");
	char line[160];
	memset(c, 0, sizeof(*c));
	if (f == NULL)
		return false;
	while (fgets(line, sizeof(line), f) != NULL) {
		sscanf(line, "pages untyped %ld tables %ld stacks %ld buffers %ld", &c->pages[0],
		       &c->pages[1], &c->pages[2], &c->pages[3]);
		if (c->n < COUNTS_MAX &&
		    sscanf(line, "pool %39s live %ld references %ld", c->pool[c->n].name,
			   &c->pool[c->n].live, &c->pool[c->n].references) == 3)
			c->n++;
	}
	fclose(f);
	return true;
}

static inline int counts_tell(bool is_loud, const char *what, const char *unit, long by)
{
	if (by != 0 && is_loud)
		printf("# leak: %s %+ld%s\n", what, by, unit);
	return by != 0;
}

/* The number of differences; the latest pool comes first, so pools are matched from the end. */
static inline int counts_compare(const struct counts *before, const struct counts *after,
				 bool is_loud)
{
	static const char *const kinds[4] = { " untyped", " of tables", " of stacks",
					      " of buffers" };
	int found = 0;
	for (int i = 0; i < after->n; i++) {
		int old = i - (after->n - before->n);
		long live = after->pool[i].live - (old < 0 ? 0 : before->pool[old].live);
		long refs = after->pool[i].references -
			    (old < 0 ? 0 : before->pool[old].references);
		found += counts_tell(is_loud, after->pool[i].name, "", live);
		if (live == 0)
			found += counts_tell(is_loud, after->pool[i].name, " references", refs);
	}
	for (int i = 0; i < 4; i++)
		found += counts_tell(is_loud, "pages", kinds[i],
				     after->pages[i] - before->pages[i]);
	return found;
}
