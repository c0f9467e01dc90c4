/* SPDX-License-Identifier: MPL-2.0 */
/*
 * main - the driver of the audit: a process for each translation unit, some at a time; then all
 * facts together.  Exit code 0: no breach; 1: breaches; 2: the audit itself failed.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ast.h"
#include "driver.h"

static void usage(void)
{
	fprintf(stderr,
		"usage: osxdk-audit --rules | --root DIR --arch ARCH --commands FILE --cache DIR "
		"[--layers FILE] [--jobs N] [--quiet] [--detail]\n");
	exit(2);
}

static struct options parse(int argc, char **argv)
{
	struct options o = { .jobs = 2, .layers = "layers.toml" };
	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;
		if (strcmp(argv[i], "--quiet") == 0 || strcmp(argv[i], "--detail") == 0) {
			*(argv[i][2] == 'q' ? &o.quiet : &o.detail) = true;
			continue;
		}
		if (!value)
			usage();
		if (strcmp(argv[i], "--root") == 0)
			o.root = value;
		else if (strcmp(argv[i], "--arch") == 0)
			o.arch = value;
		else if (strcmp(argv[i], "--commands") == 0)
			o.commands = value;
		else if (strcmp(argv[i], "--cache") == 0)
			o.cache = value;
		else if (strcmp(argv[i], "--layers") == 0)
			o.layers = value;
		else if (strcmp(argv[i], "--jobs") == 0)
			o.jobs = (unsigned)atoi(value);
		else
			usage();
		i++;
	}
	if (!o.root || !o.arch || !o.commands || !o.cache || o.jobs < 1)
		usage();
	return o;
}

/* ---- a worker: one unit ---- */
static int audit_unit(const struct command *c, const struct options *o)
{
	char path[PATH_MAX], scratch[PATH_MAX];
	snprintf(path, sizeof(path), "%s/%s", o->root, c->file);
	snprintf(scratch, sizeof(scratch), "%s.%d", c->facts_path, (int)getpid());
	if (chdir(c->directory) != 0)
		return 1;
	CXIndex index = clang_createIndex(0, 0);
	enum CXErrorCode e = clang_parseTranslationUnit2(
		index, path, c->argv, (int)c->argc, NULL, 0,
		CXTranslationUnit_DetailedPreprocessingRecord, &unit.tu);
	if (e != CXError_Success || chdir(o->root) != 0)
		return 1;
	unit.facts = fopen(scratch, "w");
	if (!unit.facts)
		return 1;
	unit.main_file = c->file;
	cache_write_inputs(unit.facts, unit.tu);
	walk_unit();
	if (fclose(unit.facts) != 0)
		return 1;
	return rename(scratch, c->facts_path) == 0 ? 0 : 1;
}

static bool wait_for_one(void)
{
	int status = 0;
	pid_t pid = wait(&status);
	if (pid > 0 && !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
		fprintf(stderr, "audit: a worker failed (status %x)\n", (unsigned)status);
	return pid > 0;
}

static unsigned run_workers(const struct commands *list, const struct options *o)
{
	unsigned running = 0, parsed = 0;
	for (unsigned i = 0; i < list->count; i++) {
		if (cache_is_fresh(&list->all[i], o))
			continue;
		if (running >= o->jobs && wait_for_one())
			running--;
		unlink(list->all[i].facts_path);
		pid_t pid = fork();
		if (pid == 0)
			_exit(audit_unit(&list->all[i], o));
		running += pid > 0;
		parsed++;
	}
	while (running > 0 && wait_for_one())
		running--;
	return parsed;
}

static void add_linker_script(struct facts *f, const struct options *o)
{
	char name[PATH_MAX];
	snprintf(name, sizeof(name), "osxtd/src/arch/%s/kernel.ld", o->arch);
	facts_add_file(f, name);
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--rules") == 0) {
		for (int i = 0; i < RULE_COUNT; i++)
			puts(rules[i].id);
		return 0;
	}
	struct options o = parse(argc, argv);
	struct facts facts = {};
	if (chdir(o.root) != 0)
		usage();
	trust_init(o.root);
	struct commands list = commands_read(&o);
	unsigned parsed = run_workers(&list, &o);
	layers_read(&facts, o.layers);
	for (unsigned i = 0; i < list.count; i++)
		facts_read(&facts, list.all[i].facts_path);
	for (unsigned i = 0; i < facts.file_count; i++)
		check_text(&facts, source_get(facts.files[i]));
	for (unsigned i = 0; i < list.assembly_count; i++)
		facts_add_file(&facts, list.assembly[i]);
	check_macros(&facts);
	check_recursion(&facts);
	check_reasons(&facts);
	check_port(&facts, o.arch, figures_count(&facts, o.arch).port);
	bool clean = print_report(&facts, &o);
	add_linker_script(&facts, &o);
	struct figures sum = figures_count(&facts, o.arch);
	if (o.detail)
		figures_print_detail(&facts);
	figures_print(&sum);
	printf("audit %s: %u units (%u parsed), %u breaches\n", o.arch, list.count, parsed,
	       facts.breach_count);
	return clean ? 0 : 1;
}
