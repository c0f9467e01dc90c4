/* SPDX-License-Identifier: MPL-2.0 */
/*
 * audit - the checker of the Safe C profile: shared types and the parts' entry points.
 *
 * A run has two halves.  Workers parse one translation unit each, walk its tree once and write what
 * they saw as lines of text, the unit's *facts* (facts.h).  The driver reads all facts, drops what
 * several units saw of the same header, adds what only the whole program shows and prints.
 */
#pragma once
#include <clang-c/Index.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* ---- rules.c: the table that drives reports ---- */
enum rule_id {
	R_ASM,
	R_VOLATILE,
	R_BUILTIN,
	R_PTRARITH,
	R_INDEX,
	R_PTRCAST,
	R_VOIDP,
	R_INT2PTR,
	R_PTR2INT,
	R_UNION,
	R_OPAQUE,
	R_FORGE,
	R_POD,
	R_AFFINE,
	R_BORROW,
	R_RAWFIELD,
	R_GLOBAL,
	R_ADDRLOCAL,
	R_INIT,
	R_FIELDCLASS,
	R_IMMUTABLE,
	R_UNSAFE,
	R_REASON,
	R_MACRO,
	R_GOTO,
	R_VLA,
	R_VARARGS,
	R_INCLUDE,
	R_ARCH,
	R_LINKAGE,
	R_RECURSE,
	R_OPS,
	R_OVERFLOW,
	R_TSA_OFF,
	R_PARSE,
	RULE_COUNT
};
struct rule {
	const char *id;
	const char *remedy;
	bool in_osxtd; /* holds inside osxtd/ too, where an UNSAFE function may break it */
};
extern const struct rule rules[RULE_COUNT];
/* RULE_COUNT when there is no such rule. */
enum rule_id rule_find(const char *id);

/* ---- trust.c: where a token is spelled ---- */
enum zone {
	ZONE_OUTSIDE, /* no file of the project: compiler headers, built-ins */
	ZONE_KERNEL,  /* under the profile */
	ZONE_OSXTD    /* the framework */
};
struct place {
	const char *file; /* below the project's root; null in ZONE_OUTSIDE */
	unsigned line, offset;
	enum zone zone;
};
void trust_init(const char *root);
/* The project's name for a file, or null.  Lives as long as the process. */
const char *project_file(CXFile file);
enum zone zone_of(const char *file);
/* Where the cursor's token is spelled: a macro's body counts as spelled in the macro's file.
 * Tokens pasted with ## have no file: ZONE_OUTSIDE. */
struct place spelled(CXCursor c);
/* Where the code stands that the cursor belongs to after expansion of macros. */
struct place expanded(CXCursor c);

/* ---- walk.c: the tree, one node after the other ---- */
struct function {
	CXCursor decl;
	const char *name;
	bool is_unsafe;	 /* marked UNSAFE or unsafe_fn */
	bool is_borrows; /* annotated BORROWS */
	struct taint *taint;
};
struct node {
	CXCursor cursor;
	enum CXCursorKind kind;
	const struct node *up; /* null for the translation unit */
	struct function *fn;   /* null outside functions */
	bool in_unsafe;	       /* inside an UNSAFE function or block */
};
struct unit {
	CXTranslationUnit tu;
	const char *main_file; /* project name */
	FILE *facts;
};
extern struct unit unit;

void walk_unit(void);
/* A breach of rule at n, in facts: at the place where n is spelled. */
void report(const struct node *n, enum rule_id rule, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same for what a framework macro only wraps: the caller's line answers. */
void report_caller(const struct node *n, enum rule_id rule, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* ---- the families of rules; each is called for every node before its children ---- */
void rules_memory(const struct node *n);
void rules_types(const struct node *n);
void rules_ownership(const struct node *n);
void rules_locals(const struct node *n);
void rules_borrow(const struct node *n);
void rules_locks(const struct node *n);
void rules_control(const struct node *n);
void rules_ops(const struct node *n);
void rules_overflow(const struct node *n);
/* Calls, for what only the whole program shows (graph.c). */
void graph_note(const struct node *n);
