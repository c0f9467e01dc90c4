/* SPDX-License-Identifier: MPL-2.0 */
/* source - the project's files as text: contents, hashes, which lines are code. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "ast.h"
#include "driver.h"

uint64_t hash_bytes(const void *data, size_t size, uint64_t start)
{
	const unsigned char *p = data;
	uint64_t h = start ? start : 14695981039346656037u;
	for (size_t i = 0; i < size; i++)
		h = (h ^ p[i]) * 1099511628211u;
	return h;
}

static char *read_all(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	if (!file)
		return NULL;
	fseek(file, 0, SEEK_END);
	long end = ftell(file);
	rewind(file);
	char *text = end < 0 ? NULL : malloc((size_t)end + 1);
	if (text) {
		*size = fread(text, 1, (size_t)end, file);
		text[*size] = '\0';
	}
	fclose(file);
	return text;
}

unsigned scan_step(struct scan *s, const char *p, bool *code)
{
	*code = false;
	if (s->in_line)
		return 1;
	if (s->in_block) {
		if (p[0] != '*' || p[1] != '/')
			return 1;
		s->in_block = false;
		return 2;
	}
	if (s->in_string) {
		*code = true;
		if (p[0] == '\\' && p[1] && p[1] != '\n')
			return 2;
		s->in_string = p[0] != s->quote;
		return 1;
	}
	if (p[0] == '/' && (p[1] == '*' || p[1] == '/')) {
		s->in_block = p[1] == '*';
		s->in_line = !s->in_block;
		return 2;
	}
	if (p[0] == '"' || p[0] == '\'') {
		s->in_string = true;
		s->quote = p[0];
	}
	*code = !isspace((unsigned char)p[0]);
	return 1;
}

/* Assembly and linker scripts use the same comments; '#' begins one in assembly files that are not
 * preprocessed, of which there are none. */
static void mark_code(struct source *s)
{
	struct scan scan = {};
	unsigned line = 1;
	for (size_t i = 0; i < s->size;) {
		bool code = false;
		if (s->text[i] == '\n') {
			scan.in_line = false;
			scan.in_string = false;
			line++;
			i++;
			continue;
		}
		i += scan_step(&scan, s->text + i, &code);
		if (code)
			s->is_code[line] = true;
	}
}

static struct source *load(const char *name)
{
	struct source *s = calloc(1, sizeof(*s));
	if (!s)
		abort();
	s->name = intern(name);
	s->text = read_all(name, &s->size);
	if (!s->text)
		return s;
	s->hash = hash_bytes(s->text, s->size, 0);
	for (size_t i = 0; i < s->size; i++)
		s->lines += s->text[i] == '\n';
	s->is_code = calloc(s->lines + 3, sizeof(bool));
	s->is_unsafe = calloc(s->lines + 3, sizeof(bool));
	if (!s->is_code || !s->is_unsafe)
		abort();
	mark_code(s);
	return s;
}

enum { BUCKETS = 1 << 12 };
static struct loaded {
	struct loaded *next;
	struct source *source;
} *loaded[BUCKETS];

struct source *source_get(const char *name)
{
	struct loaded **slot = &loaded[hash_bytes(name, strlen(name), 0) % BUCKETS];
	struct loaded *l = *slot;
	while (l && strcmp(l->source->name, name) != 0)
		l = l->next;
	if (!l) {
		l = calloc(1, sizeof(*l));
		if (!l)
			abort();
		*l = (struct loaded){ *slot, load(name) };
		*slot = l;
	}
	return l->source->text ? l->source : NULL;
}
