/* SPDX-License-Identifier: MPL-2.0 */
/*
 * macros - a macro of osxtd whose body breaks a rule outside an UNSAFE function is an unsafe macro:
 * the comment above it must say `UNSAFE: why`, and all its lines count as unsafe.
 */
#include <string.h>

#include "ast.h"
#include "driver.h"

static const char *line_start(const struct source *s, unsigned line)
{
	const char *p = s->text;
	for (unsigned i = 1; i < line && p; i++) {
		p = strchr(p, '\n');
		p = p ? p + 1 : NULL;
	}
	return p;
}

/* The text behind "UNSAFE:" in the comment that ends on the line above the macro, or null. */
static const char *reason_above(const struct source *s, unsigned line)
{
	const char *macro = line_start(s, line), *text = NULL;
	if (!macro || line < 2 || !s->text)
		return NULL;
	size_t end = (size_t)(macro - s->text);
	while (end > 0 && (s->text[end - 1] == '\n' || s->text[end - 1] == ' '))
		end--;
	if (end < 2 || s->text[end - 1] != '/' || s->text[end - 2] != '*')
		return NULL;
	for (size_t i = end - 2; i >= 2; i--) {
		if (starts_with(s->text + i, "UNSAFE:"))
			text = s->text + i + strlen("UNSAFE:");
		if (s->text[i - 2] == '/' && s->text[i - 1] == '*')
			break;
	}
	static char reason[2048];
	if (text)
		snprintf(reason, sizeof(reason), "%.*s", (int)(s->text + end - 2 - text), text);
	return text ? reason : NULL;
}

static const struct macro *macro_at(const struct facts *f, const char *file, unsigned line)
{
	for (unsigned i = 0; i < f->macro_count; i++) {
		const struct macro *m = &f->macros[i];
		if (strcmp(m->file, file) == 0 && m->first <= line && line <= m->last)
			return m;
	}
	return NULL;
}

static void flatten(char *text)
{
	for (; *text; text++) {
		if (*text == '\n' || *text == '\t')
			*text = ' ';
	}
}

void check_macros(struct facts *f)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < f->breach_count; i++) {
		struct breach b = f->breaches[i];
		const struct macro *m = b.in_macro ? macro_at(f, b.file, b.line) : NULL;
		const struct source *s = m ? source_get(b.file) : NULL;
		const char *reason = s ? reason_above(s, m->first) : NULL;
		if (reason) {
			char flat[2048];
			snprintf(flat, sizeof(flat), "%s", reason);
			flatten(flat);
			facts_add_range(f, m->file, m->first, m->last, m->name, flat);
			facts_note_use(f, m->file, m->first);
			continue;
		}
		f->breaches[kept++] = b;
	}
	f->breach_count = kept;
}
