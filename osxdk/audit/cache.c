/* SPDX-License-Identifier: MPL-2.0 */
/*
 * cache - facts of a unit are kept while the tool, the unit's flags and the contents of all its
 * project files are the same.  The first line of a facts file is its key, then come its files.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "ast.h"
#include "driver.h"

static uint64_t key_of(const struct command *c)
{
	uint64_t h = source_get("/proc/self/exe")->hash;
	for (unsigned i = 0; i < c->argc; i++)
		h = hash_bytes(c->argv[i], strlen(c->argv[i]) + 1, h);
	return hash_bytes(c->file, strlen(c->file), h);
}

bool cache_is_fresh(struct command *c, const struct options *o)
{
	char path[PATH_MAX], line[PATH_MAX + 64], name[PATH_MAX];
	unsigned long long hash = 0;
	snprintf(path, sizeof(path), "%s/%016llx.facts", o->cache, (unsigned long long)key_of(c));
	c->facts_path = strdup(path);
	FILE *facts = fopen(path, "r");
	if (!facts)
		return false;
	bool fresh = false;
	line[0] = 0;
	while (fgets(line, sizeof(line), facts) &&
	       sscanf(line, "D\t%llx\t%4095s", &hash, name) == 2) {
		struct source *s = source_get(name);
		fresh = s && s->hash == hash;
		if (!fresh)
			break;
	}
	fclose(facts);
	/* A unit that did not parse is tried again: what it missed is not among its inputs. */
	return fresh && strncmp(line, "B\tR-parse", 9) != 0;
}

static void write_input(CXFile file, CXSourceLocation *stack, unsigned depth, CXClientData data)
{
	(void)stack;
	(void)depth;
	const char *name = project_file(file);
	struct source *s = name ? source_get(name) : NULL;
	if (s)
		fprintf(data, "D\t%016llx\t%s\n", (unsigned long long)s->hash, name);
}

void cache_write_inputs(FILE *facts, CXTranslationUnit tu)
{
	clang_getInclusions(tu, write_input, facts);
}
