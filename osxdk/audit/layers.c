/* SPDX-License-Identifier: MPL-2.0 */
/*
 * layers - R-include and layers.toml, the floors of the house.
 *
 *   [floors]                       ["may include"]
 *   "kernel/fs" = 4                "kernel/fs" = ["kernel/vm", "kernel/security"]
 *
 * A file belongs to the longest folder that is named.  It may include its own folder, <osxtd/…> and
 * the folders of its list; a list may not name a higher floor.
 */
#include <stdlib.h>
#include <string.h>

#include "ast.h"
#include "driver.h"

enum { LAYERS_MAX = 128, EDGES_MAX = 64 };
struct layer {
	const char *folder;
	int floor;
	const char *may[EDGES_MAX];
	unsigned may_count, line;
};
static struct layer layers[LAYERS_MAX];
static unsigned layer_count;

static struct layer *layer_named(const char *folder, unsigned line)
{
	for (unsigned i = 0; i < layer_count; i++) {
		if (strcmp(layers[i].folder, folder) == 0)
			return &layers[i];
	}
	if (layer_count == LAYERS_MAX)
		abort();
	layers[layer_count] = (struct layer){ .folder = intern(folder), .floor = -1, .line = line };
	return &layers[layer_count++];
}

/* The next quoted word of a line, or null. */
static const char *quoted(const char **p)
{
	char word[256];
	const char *start = strchr(*p, '"');
	const char *end = start ? strchr(start + 1, '"') : NULL;
	if (!end || (size_t)(end - start) > sizeof(word))
		return NULL;
	snprintf(word, sizeof(word), "%.*s", (int)(end - start - 1), start + 1);
	*p = end + 1;
	return intern(word);
}

/* A line that begins with a tab goes on with the list above it. */
static bool read_line(const char *line, bool in_floors, unsigned number)
{
	static struct layer *l;
	const char *word = NULL;
	if (line[0] == '"') {
		const char *folder = quoted(&line);
		if (!folder)
			return false;
		l = layer_named(folder, number);
	}
	if (in_floors) {
		const char *equals = strchr(line, '=');
		l->floor = equals ? atoi(equals + 1) : -1;
		return equals != NULL;
	}
	while ((word = quoted(&line)) && l->may_count < EDGES_MAX)
		l->may[l->may_count++] = word;
	return true;
}

static struct layer *layer_of(const char *file)
{
	struct layer *best = NULL;
	for (unsigned i = 0; i < layer_count; i++) {
		size_t len = strlen(layers[i].folder);
		if (strncmp(file, layers[i].folder, len) == 0 && file[len] == '/' &&
		    (!best || len > strlen(best->folder)))
			best = &layers[i];
	}
	return best;
}

static void check_table(struct facts *f, const char *name)
{
	char text[600];
	for (unsigned i = 0; i < layer_count; i++) {
		const struct layer *l = &layers[i];
		if (l->floor < 0)
			facts_add_breach(f, "R-include", name, l->line, "a folder without a floor");
		for (unsigned k = 0; k < l->may_count; k++) {
			const struct layer *to = layer_named(l->may[k], l->line);
			snprintf(text, sizeof(text), "%s (floor %d) may not include %s (floor %d)",
				 l->folder, l->floor, to->folder, to->floor);
			if (to->floor > l->floor)
				facts_add_breach(f, "R-include", name, l->line, text);
		}
	}
}

void layers_read(struct facts *f, const char *name)
{
	char line[1024];
	bool in_floors = false;
	unsigned number = 0;
	FILE *file = fopen(name, "r");
	if (!file) {
		facts_add_breach(f, "R-include", name, 1, "not there");
		return;
	}
	while (fgets(line, sizeof(line), file)) {
		number++;
		if (line[0] == '[')
			in_floors = starts_with(line, "[floors]");
		else if ((line[0] == '"' || line[0] == '\t') && !read_line(line, in_floors, number))
			facts_add_breach(f, "R-include", name, number, "not understood");
	}
	fclose(file);
	check_table(f, name);
}

static bool may_include(const struct layer *from, const struct layer *to)
{
	if (from == to)
		return true;
	for (unsigned i = 0; i < from->may_count; i++) {
		if (strcmp(from->may[i], to->folder) == 0)
			return true;
	}
	return false;
}

/* `to` is a project file, or the name of a header that is none. */
void check_include(struct facts *f, const char *file, unsigned line, const char *to)
{
	char text[600];
	if (zone_of(file) != ZONE_KERNEL || starts_with(to, "osxtd/include/") ||
	    ends_with(to, ".inc"))
		return;
	const struct layer *from = layer_of(file), *target = layer_of(to);
	if (!from)
		snprintf(text, sizeof(text), "this folder is not in layers.toml");
	else if (starts_with(to, "osxtd/"))
		snprintf(text, sizeof(text), "%s is private to osxtd", to);
	else if (!target)
		snprintf(text, sizeof(text), "<%s> is no header of the project", to);
	else if (!may_include(from, target))
		snprintf(text, sizeof(text), "%s may not include %s", from->folder, target->folder);
	else
		return;
	facts_add_breach(f, "R-include", file, line, text);
}
