/* SPDX-License-Identifier: MPL-2.0 */
/* driver - the half that sees all units: commands, cache, facts, reports. */
#pragma once
#include "audit.h"

struct options {
	const char *root, *arch, *commands, *cache, *layers;
	unsigned jobs;
	bool quiet, detail;
};

/* ---- commands.c: the compile commands ---- */
struct command {
	const char *directory, *file; /* file: below the project's root */
	const char **argv;	      /* the compiler's arguments without input and output */
	unsigned argc;
	char *facts_path;
};
struct commands {
	struct command *all;
	unsigned count;
	const char *assembly[64];
	unsigned assembly_count;
};
/* The commands of C files below kernel/, osxtd/ and the samples for the architecture's target. Ends
 * the program with a message when the file is missing or malformed. */
struct commands commands_read(const struct options *o);

/* ---- source.c: files as text ---- */
struct source {
	const char *name; /* project name */
	char *text;
	size_t size;
	uint64_t hash;
	unsigned lines;
	bool *is_code;	 /* by line, from 1: neither blank nor only comment */
	bool *is_unsafe; /* by line; figures.c */
};
/* Where a scan over C text stands; a new one is zeroed, and the caller ends lines. */
struct scan {
	bool in_block, in_line, in_string;
	char quote;
};
/* Takes the character at p; returns how many characters it stands for, *code when they are code. */
unsigned scan_step(struct scan *s, const char *p, bool *code);
/* Reads a file once; null when it is not there. */
struct source *source_get(const char *name);
uint64_t hash_bytes(const void *data, size_t size, uint64_t start);

/* ---- cache.c ---- */
/* Names c->facts_path; true when the facts there are still what a fresh run would write. */
bool cache_is_fresh(struct command *c, const struct options *o);
/* The lines that make a facts file checkable later: the units' files with their hashes. */
void cache_write_inputs(FILE *facts, CXTranslationUnit tu);

/* ---- facts.c: all units' facts together ---- */
struct breach {
	const char *rule, *file, *text;
	unsigned line;
	bool in_macro;
};
struct unsafe_range {
	const char *file, *name, *reason;
	unsigned first, last;
	unsigned used; /* breaches that it makes legal */
};
struct macro {
	const char *file, *name;
	unsigned first, last;
};
struct facts {
	struct macro *macros;
	unsigned macro_count;
	struct breach *breaches;
	unsigned breach_count;
	struct unsafe_range *ranges;
	unsigned range_count;
	const char **files; /* project files that the units are made of */
	unsigned file_count;
};
void facts_read(struct facts *f, const char *path);
void facts_add_breach(struct facts *f, const char *rule, const char *file, unsigned line,
		      const char *text);

void facts_add_range(struct facts *f, const char *file, unsigned first, unsigned last,
		     const char *name, const char *reason);
/* The innermost mark around a line makes something legal. */
void facts_note_use(struct facts *f, const char *file, unsigned line);
void facts_add_file(struct facts *f, const char *file);

/* ---- graph.c: R-recurse ---- */
void graph_define(const char *identity, const char *file, unsigned line, const char *name);
void graph_call(const char *from, const char *to);
void check_recursion(struct facts *f);

/* ---- layers.c: R-include ---- */
void layers_read(struct facts *f, const char *name);
void check_include(struct facts *f, const char *file, unsigned line, const char *to);

/* ---- rules_text.c: what shows in a file's text ---- */
void check_text(struct facts *f, const struct source *s);
/* Is file one of the port to arch? */
bool is_port_file(const char *file, const char *arch);
/* The port to arch has so many code lines: R-arch when they are too many. */
void check_port(struct facts *f, const char *arch, unsigned lines);

/* ---- macros.c: breaches in bodies of osxtd's macros ---- */
void check_macros(struct facts *f);

/* ---- figures.c ---- */
struct figures {
	unsigned all, trusted, unsafe, escapes;
	unsigned port; /* lines of the architecture's folders */
};
struct figures figures_count(const struct facts *f, const char *arch);
void figures_print(const struct figures *sum);
void figures_print_detail(const struct facts *f);

/* ---- reasons.c: R-reason over all UNSAFE marks ---- */
void check_reasons(struct facts *f);

/* ---- print.c ---- */
/* Prints the breaches and the counts; true when there is none. */
bool print_report(const struct facts *f, const struct options *o);
