/* SPDX-License-Identifier: MPL-2.0 */
/*
 * walk - one walk over a unit's tree: keeps the chain of parents and the enclosing function, calls
 * the families of rules for each node, and writes breaches into the unit's facts.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "ast.h"
#include "driver.h"

struct unit unit;

/* ---- UNSAFE statements: their attribute shows only by where it is spelled ---- */
static struct place note_word; /* where AUDIT_NOTE is defined, of which UNSAFE is made */

static void note_macro_use(CXCursor c)
{
	const char *name = text_of(clang_getCursorSpelling(c));
	if (strcmp(name, "UNSAFE") != 0 && strcmp(name, "unsafe_fn") != 0)
		return;
	if (expanded(c).zone == ZONE_KERNEL) {
		struct node n = { .cursor = c, .kind = clang_getCursorKind(c) };
		report(&n, R_UNSAFE, "%s outside osxtd", name);
	}
}

static void note_macro_definition(CXCursor c)
{
	if (strcmp(text_of(clang_getCursorSpelling(c)), "AUDIT_NOTE") == 0 &&
	    expanded(c).zone == ZONE_OSXTD)
		note_word = expanded(c);
}

static bool is_unsafe_statement(const struct node *n)
{
	if (n->kind != CXCursor_UnexposedStmt)
		return false;
	struct place at = spelled(n->cursor);
	return at.file && at.file == note_word.file && at.line == note_word.line;
}

/* The strings between UNSAFE( and its parenthesis, before the statement. */
static const char *statement_reason(CXCursor statement)
{
	struct place at = spelled(statement);
	const struct source *s = at.file ? source_get(at.file) : NULL;
	char reason[4096] = "";
	size_t used = 0, start = at.offset;
	while (s && start > 0 && !starts_with(s->text + start, "UNSAFE("))
		start--;
	bool in_string = false;
	for (size_t i = start; s && i < at.offset && used + 1 < sizeof(reason); i++) {
		if (s->text[i] == '"')
			in_string = !in_string;
		else if (in_string)
			reason[used++] = s->text[i];
	}
	return intern(reason);
}

/* ---- facts ---- */
static unsigned expansion_line_of(CXSourceLocation at, const char **file)
{
	CXFile f = NULL;
	unsigned line = 0;
	clang_getExpansionLocation(at, &f, &line, NULL, NULL);
	*file = project_file(f);
	return line;
}

static unsigned line_of(CXSourceLocation at, const char **file)
{
	CXFile f = NULL;
	unsigned line = 0;
	clang_getSpellingLocation(at, &f, &line, NULL, NULL);
	*file = project_file(f);
	return line;
}

static enum CXChildVisitResult find_body(CXCursor c, CXCursor parent, CXClientData data)
{
	(void)parent;
	if (clang_getCursorKind(c) == CXCursor_CompoundStmt)
		*(CXCursor *)data = c;
	return CXChildVisit_Continue;
}

/* The line on which the statement at an offset of a file ends: at its semicolon or closing brace.
 */
static unsigned closing_line(const char *file, unsigned offset, unsigned line)
{
	const struct source *s = source_get(file);
	struct scan scan = {};
	bool code = false;
	int depth = 0;
	for (size_t i = offset; s && i < s->size;) {
		char c = s->text[i];
		if (c == '\n') {
			scan.in_line = false;
			line++;
			i++;
			continue;
		}
		i += scan_step(&scan, s->text + i, &code);
		if (!code || scan.in_string)
			continue;
		depth += c == '{' || c == '(' ? 1 : c == '}' || c == ')' ? -1 : 0;
		if (depth == 0 && (c == ';' || c == '}'))
			return line;
	}
	return line;
}

/* A function's lines from its header to its closing brace; a statement's; of a block those between
 * its braces, which only hold the mark.  libclang knows ends in macros only as the place of the
 * macro's use, so those are looked for in the text. */
static void fact_unsafe(CXCursor c, const char *name, const char *reason)
{
	bool is_function = clang_getCursorKind(c) == CXCursor_FunctionDecl;
	CXCursor body = c;
	if (is_function)
		clang_visitChildren(c, find_body, &body);
	struct place at = spelled(body), use = expanded(body);
	const char *file = use.file;
	/* A declaration begins with its mark: the line of its name is the header's. */
	unsigned first = clang_isDeclaration(clang_getCursorKind(c)) ? expanded(c).line : use.line;
	unsigned last = expansion_line_of(clang_getRangeEnd(clang_getCursorExtent(c)), &file);
	if (at.file && (at.file != use.file || at.offset != use.offset)) {
		file = at.file;
		first = at.line - is_function;
		last = closing_line(at.file, at.offset, at.line);
	}
	if (clang_getCursorKind(c) == CXCursor_CompoundStmt && last > first + 1) {
		first++;
		last--;
	}
	if (zone_of(file) == ZONE_OSXTD && first <= last)
		fprintf(unit.facts, "U\t%s\t%u\t%u\t%s\t%s\n", file, first, last, name, reason);
}

/* Where the framework's macros stand: a breach in one is accounted to the whole of it. */
static void fact_macro(CXCursor c)
{
	const char *file = NULL;
	CXSourceRange extent = clang_getCursorExtent(c);
	unsigned last = line_of(clang_getRangeEnd(extent), &file);
	unsigned first = line_of(clang_getRangeStart(extent), &file);
	if (zone_of(file) == ZONE_OSXTD)
		fprintf(unit.facts, "X\t%s\t%u\t%u\t%s\n", file, first, last,
			text_of(clang_getCursorSpelling(c)));
}

static void fact_include(CXCursor c)
{
	const char *to = project_file(clang_getIncludedFile(c));
	struct place at = expanded(c);
	if (at.file)
		fprintf(unit.facts, "I\t%s\t%u\t%s\n", at.file, at.line,
			to ? to : text_of(clang_getCursorSpelling(c)));
}

/* A pasted token has no file: the nearest ancestor that has one tells where the macro is. */
static struct place answerable(const struct node *n)
{
	struct place p = spelled(n->cursor);
	for (const struct node *up = n->up; p.zone == ZONE_OUTSIDE && up; up = up->up)
		p = spelled(up->cursor);
	return p;
}

static void vreport(struct place at, bool is_macro, bool in_unsafe, enum rule_id rule,
		    const char *format, va_list args)
{
	if (at.zone == ZONE_OUTSIDE || (at.zone == ZONE_OSXTD && !rules[rule].in_osxtd))
		return;
	char kind = 'B';
	if (at.zone == ZONE_OSXTD)
		kind = in_unsafe ? 'W' : is_macro ? 'M' : 'B';
	fprintf(unit.facts, "%c\t%s\t%s\t%u\t", kind, rules[rule].id, at.file, at.line);
	vfprintf(unit.facts, format, args);
	fputc('\n', unit.facts);
}

void report(const struct node *n, enum rule_id rule, const char *format, ...)
{
	struct place at = answerable(n), use = expanded(n->cursor);
	va_list args;
	va_start(args, format);
	vreport(at, at.file != use.file || at.offset != use.offset, n->in_unsafe, rule, format,
		args);
	va_end(args);
}

void report_caller(const struct node *n, enum rule_id rule, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vreport(expanded(n->cursor), false, n->in_unsafe, rule, format, args);
	va_end(args);
}

/* ---- the walk ---- */
static void run_rules(const struct node *n)
{
	rules_memory(n);
	rules_types(n);
	rules_ownership(n);
	rules_locals(n);
	rules_borrow(n);
	rules_locks(n);
	rules_control(n);
	rules_ops(n);
	rules_overflow(n);
	graph_note(n);
}

static void enter_function(struct node *n, struct function *fn)
{
	CXCursor c = n->cursor;
	const char *reason = annotation(c, "osxtd_unsafe");
	fn->decl = c;
	fn->name = text_of(clang_getCursorSpelling(c));
	fn->is_borrows = annotation(c, "borrows") != NULL;
	fn->is_unsafe = reason != NULL || annotation(c, "osxtd_unsafe_fn") != NULL;
	n->fn = fn;
	n->in_unsafe = fn->is_unsafe;
	if (fn->is_unsafe)
		fact_unsafe(c, fn->name, reason ? reason : "unsafe_fn");
}

static enum CXChildVisitResult visit(CXCursor c, CXCursor parent, CXClientData data)
{
	(void)parent;
	const struct node *up = data;
	struct function fn = {};
	struct node n = { c, clang_getCursorKind(c), up, up->fn, up->in_unsafe };
	if (n.kind == CXCursor_FunctionDecl && clang_isCursorDefinition(c)) {
		enter_function(&n, &fn);
	} else if (is_unsafe_statement(&n)) {
		n.in_unsafe = true;
		fact_unsafe(nth_child(c, 0), n.fn ? n.fn->name : "?",
			    statement_reason(nth_child(c, 0)));
	} else if (n.kind == CXCursor_VarDecl && annotation(c, "osxtd_unsafe")) {
		n.in_unsafe = true;
		fact_unsafe(c, text_of(clang_getCursorSpelling(c)), annotation(c, "osxtd_unsafe"));
	} else if (n.kind == CXCursor_StaticAssert) {
		return CXChildVisit_Continue; /* nothing in it is ever run */
	}
	run_rules(&n);
	clang_visitChildren(c, visit, &n);
	return CXChildVisit_Continue;
}

static enum CXChildVisitResult visit_top(CXCursor c, CXCursor parent, CXClientData data)
{
	enum CXCursorKind kind = clang_getCursorKind(c);
	if (kind == CXCursor_MacroExpansion) {
		note_macro_use(c);
		return CXChildVisit_Continue;
	}
	if (kind == CXCursor_InclusionDirective)
		fact_include(c);
	if (kind == CXCursor_MacroDefinition) {
		note_macro_definition(c);
		fact_macro(c);
	}
	if (expanded(c).zone == ZONE_OUTSIDE)
		return CXChildVisit_Continue;
	return visit(c, parent, data);
}

static void report_diagnostics(void)
{
	unsigned count = clang_getNumDiagnostics(unit.tu);
	for (unsigned i = 0; i < count; i++) {
		CXDiagnostic d = clang_getDiagnostic(unit.tu, i);
		CXFile file = NULL;
		unsigned line = 0;
		clang_getExpansionLocation(clang_getDiagnosticLocation(d), &file, &line, NULL,
					   NULL);
		const char *name = project_file(file);
		if (clang_getDiagnosticSeverity(d) >= CXDiagnostic_Error)
			fprintf(unit.facts, "B\t%s\t%s\t%u\t%s\n", rules[R_PARSE].id,
				name ? name : unit.main_file, line,
				text_of(clang_getDiagnosticSpelling(d)));
		clang_disposeDiagnostic(d);
	}
}

void walk_unit(void)
{
	struct node top = { .cursor = clang_getTranslationUnitCursor(unit.tu),
			    .kind = CXCursor_TranslationUnit };
	report_diagnostics();
	clang_visitChildren(top.cursor, visit_top, &top);
}
