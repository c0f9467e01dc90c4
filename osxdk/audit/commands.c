/* SPDX-License-Identifier: MPL-2.0 */
/* commands - reads compile_commands.json: as much of JSON as Meson writes there. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "ast.h"
#include "driver.h"

static void die(const char *what, const char *detail)
{
	fprintf(stderr, "audit: %s: %s\n", what, detail);
	exit(2);
}

/* Reads the string that begins at *p (a quote) into out. */
static bool read_string(const char **p, char *out, size_t size)
{
	size_t n = 0;
	if (**p != '"')
		return false;
	for ((*p)++; **p && **p != '"'; (*p)++) {
		if (**p == '\\' && (*p)[1])
			(*p)++;
		if (n + 1 < size)
			out[n++] = **p;
	}
	out[n] = '\0';
	if (**p != '"')
		return false;
	(*p)++;
	return true;
}

/* One object { "key": "value", … }: the three keys of interest. */
struct entry {
	char directory[PATH_MAX], command[1 << 16], file[PATH_MAX];
};
static bool read_entry(const char **p, struct entry *e)
{
	static char value[1 << 16];
	char key[64];
	*e = (struct entry){};
	for (;;) {
		*p += strspn(*p, " \t\n,:{");
		if (**p == '}') {
			(*p)++;
			return true;
		}
		if (!read_string(p, key, sizeof(key)))
			return false;
		*p += strspn(*p, " \t\n:");
		if (!read_string(p, value, sizeof(value)))
			return false;
		if (strcmp(key, "directory") == 0)
			snprintf(e->directory, sizeof(e->directory), "%s", value);
		else if (strcmp(key, "command") == 0)
			snprintf(e->command, sizeof(e->command), "%s", value);
		else if (strcmp(key, "file") == 0)
			snprintf(e->file, sizeof(e->file), "%s", value);
	}
}

/* Splits a command as a shell does, without its expansions. */
static unsigned split(char *text, const char **argv, unsigned max)
{
	unsigned argc = 0;
	char *read = text, *write = text;
	while (*read && argc < max) {
		while (*read == ' ')
			read++;
		if (!*read)
			break;
		argv[argc++] = write;
		char quote = '\0';
		for (; *read && (quote || *read != ' '); read++) {
			if (quote ? *read == quote : *read == '\'' || *read == '"')
				quote = quote ? '\0' : *read;
			else if (*read == '\\' && quote != '\'' && read[1])
				*write++ = *++read;
			else
				*write++ = *read;
		}
		if (*read)
			read++;
		*write++ = '\0';
	}
	return argc;
}

/* Drops the compiler's name, the input and what says where outputs go. */
static void keep_flags(struct command *c, const char **argv, unsigned argc)
{
	static const char *const with_value[] = { "-o", "-MF", "-MQ", "-MT" };
	c->argv = calloc(argc + 4, sizeof(*c->argv));
	if (!c->argv)
		abort();
	for (unsigned i = 1; i < argc; i++) {
		bool skip = strcmp(argv[i], "-c") == 0 || strcmp(argv[i], "-MD") == 0 ||
			    starts_with(argv[i], "-fcolor") || i + 1 == argc;
		for (size_t k = 0; k < sizeof(with_value) / sizeof(with_value[0]); k++) {
			if (strcmp(argv[i], with_value[k]) == 0) {
				skip = true;
				i++;
				break;
			}
		}
		if (!skip)
			c->argv[c->argc++] = intern(argv[i]);
	}
	c->argv[c->argc++] = "-DOSXTD_AUDIT=1";
}

/* The project name of a command's file, or null when the audit has nothing to say about it. */
static const char *audited_file(const struct options *o, const struct entry *e)
{
	static char joined[2 * PATH_MAX], real[PATH_MAX];
	char target[64];
	snprintf(target, sizeof(target), "--target=%s-", o->arch);
	snprintf(joined, sizeof(joined), "%s%s%s", e->file[0] == '/' ? "" : e->directory,
		 e->file[0] == '/' ? "" : "/", e->file);
	if (!strstr(e->command, target) || !realpath(joined, real))
		return NULL;
	size_t root = strlen(o->root);
	if (strncmp(real, o->root, root) != 0 || real[root] != '/' ||
	    strstr(real + root, "/build/"))
		return NULL;
	return intern(real + root + 1);
}

struct commands commands_read(const struct options *o)
{
	static struct entry e;
	static const char *argv[4096];
	struct commands list = {};
	struct source *json = source_get(o->commands);
	if (!json)
		die(o->commands, "not there; build first");
	list.all = calloc(json->lines + 1, sizeof(*list.all));
	const char *p = json->text + strspn(json->text, " \t\n[");
	while (*p == '{') {
		if (!list.all || !read_entry(&p, &e))
			die(o->commands, "not the JSON that was expected");
		const char *file = audited_file(o, &e);
		if (file && ends_with(file, ".S") && list.assembly_count < 64) {
			list.assembly[list.assembly_count++] = file;
		} else if (file && ends_with(file, ".c")) {
			struct command *c = &list.all[list.count++];
			c->file = file;
			c->directory = intern(e.directory);
			keep_flags(c, argv, split(e.command, argv, 4096));
		}
		p += strspn(p, " \t\n,");
	}
	return list;
}
