/* SPDX-License-Identifier: MPL-2.0 */
/*
 * rules_text - what shows in the text of a file, compiled or not: R-asm, R-volatile, R-builtin,
 * R-tsa-off, R-linkage's attributes and pragmas outside osxtd; R-arch everywhere.
 */
#define _GNU_SOURCE /* strcasestr */
#include <ctype.h>
#include <string.h>

#include "ast.h"
#include "driver.h"

/* Calculations without memory access.  Lists of words, each between blanks. */
static const char builtins[] =
	" __builtin_expect __builtin_popcount __builtin_popcountll __builtin_clz"
	" __builtin_clzll __builtin_ctz __builtin_ctzll __builtin_bswap16"
	" __builtin_bswap32 __builtin_bswap64 __builtin_constant_p"
	" __builtin_types_compatible_p __builtin_offsetof ";
static const char attributes[] =
	" section alias naked weak ifunc constructor destructor weakref used ";
/* Each architecture by the name of its folders, and what words that name it have in them. */
static const struct {
	const char *folder, *in_names[3];
} arches[] = {
	{ "x86_64", { "x86", "amd64" } },
	{ "riscv64", { "riscv" } },
	{ "loongarch64", { "loongarch", "loong64" } },
};
enum : size_t { ARCH_COUNT = sizeof(arches) / sizeof(arches[0]) };

#define WORD_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"

static bool is_among(const char *word, const char *list)
{
	char wanted[300];
	snprintf(wanted, sizeof(wanted), " %s ", word);
	return strstr(list, wanted) != NULL;
}

static bool is_builtin(const char *word)
{
	return (starts_with(word, "__builtin_") && strcmp(word, "__builtin_alloca") != 0) ||
	       starts_with(word, "__atomic_") || starts_with(word, "__sync_") ||
	       starts_with(word, "__c11_") || starts_with(word, "__scoped_atomic_");
}

/* The folders of an architecture. */
static bool is_arch_file(const char *file, const char *arch)
{
	static const char *const above[] = { "osxtd/src/arch/", "kernel/arch/", "kernel/vdso/" };
	for (size_t i = 0; i < sizeof(above) / sizeof(above[0]); i++) {
		size_t len = strlen(above[i]);
		if (starts_with(file, above[i]) && starts_with(file + len, arch) &&
		    file[len + strlen(arch)] == '/')
			return true;
	}
	return false;
}

static void check_arch(struct facts *f, const struct source *s, const char *word, unsigned line)
{
	char text[300];
	for (size_t i = 0; i < ARCH_COUNT; i++) {
		for (const char *const *name = arches[i].in_names; *name; name++) {
			if (strcasestr(word, *name) && !is_arch_file(s->name, arches[i].folder)) {
				snprintf(text, sizeof(text),
					 "%s outside the folders of the architecture", word);
				facts_add_breach(f, "R-arch", s->name, line, text);
			}
		}
	}
}

/* Ports stay small: what several could use belongs where all find it. */
enum : unsigned { PORT_LINES_MAX = 4500 };

void check_port(struct facts *f, const char *arch, unsigned lines)
{
	char text[128], folder[128];
	snprintf(folder, sizeof(folder), "osxtd/src/arch/%s", arch);
	snprintf(text, sizeof(text), "%u code lines with kernel/arch/%s, of %u", lines, arch,
		 PORT_LINES_MAX);
	if (lines > PORT_LINES_MAX)
		facts_add_breach(f, "R-arch", folder, 1, text);
}

bool is_port_file(const char *file, const char *arch)
{
	return is_arch_file(file, arch) && !starts_with(file, "kernel/vdso/");
}

/* Where the scan is inside __attribute__((…)) or [[…]]. */
struct words {
	bool in_attribute;
};

static void check_word(struct facts *f, const struct source *s, struct words *w, const char *word,
		       unsigned line)
{
	char text[300];
	const char *rule = NULL;
	snprintf(text, sizeof(text), "%s", word);
	if (strcmp(word, "asm") == 0 || strcmp(word, "__asm__") == 0 || strcmp(word, "__asm") == 0)
		rule = "R-asm";
	else if (strcmp(word, "volatile") == 0 || strcmp(word, "__volatile__") == 0)
		rule = "R-volatile";
	else if (is_builtin(word) && !is_among(word, builtins))
		rule = "R-builtin";
	else if (strcmp(word, "no_thread_safety_analysis") == 0 ||
		 strcmp(word, "NO_LOCK_CHECK_") == 0)
		rule = "R-tsa-off";
	else if (strcmp(word, "_Pragma") == 0 || (w->in_attribute && is_among(word, attributes)))
		rule = "R-linkage";
	if (strcmp(word, "__attribute__") == 0)
		w->in_attribute = true;
	if (rule)
		facts_add_breach(f, rule, s->name, line, text);
}

static void check_pragma(struct facts *f, const struct source *s, const char *at, unsigned line)
{
	at += strspn(at, "# \t");
	if (starts_with(at, "pragma") && !starts_with(at + 6 + strspn(at + 6, " \t"), "once"))
		facts_add_breach(f, "R-linkage", s->name, line,
				 "a pragma that may silence the compiler");
}

void check_text(struct facts *f, const struct source *s)
{
	struct scan scan = {};
	struct words words = {};
	bool in_kernel = zone_of(s->name) == ZONE_KERNEL, starts_line = true;
	unsigned line = 1;
	for (size_t i = 0; i < s->size;) {
		const char *p = s->text + i;
		if (*p == '\n') {
			scan.in_line = false;
			line++;
			i++;
			starts_line = true;
			continue;
		}
		bool code = false;
		unsigned taken = scan_step(&scan, p, &code);
		if (code && starts_line && *p == '#' && in_kernel)
			check_pragma(f, s, p, line);
		starts_line = starts_line && !code;
		if (code && (isalpha((unsigned char)*p) || *p == '_') && !scan.in_string) {
			char word[256];
			taken = (unsigned)strspn(p, WORD_CHARS);
			snprintf(word, sizeof(word), "%.*s", (int)taken, p);
			if (in_kernel)
				check_word(f, s, &words, word, line);
			check_arch(f, s, word, line);
		} else if (code && isdigit((unsigned char)*p) && !scan.in_string) {
			taken = (unsigned)strspn(p, WORD_CHARS);
		} else if (code && (*p == ';' || *p == '{')) {
			words.in_attribute = false;
		} else if (code && *p == '[' && p[1] == '[') {
			words.in_attribute = true;
		}
		i += taken;
	}
}
