/* SPDX-License-Identifier: MPL-2.0 */
#include "ast.h"

#include <stdlib.h>
#include <string.h>

bool starts_with(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool ends_with(const char *s, const char *suffix)
{
	size_t a = strlen(s), b = strlen(suffix);
	return a >= b && strcmp(s + a - b, suffix) == 0;
}

/* ---- strings that stay ---- */
enum { INTERN_BUCKETS = 1 << 14 };
struct interned {
	struct interned *next;
	char text[];
};
static struct interned *interned[INTERN_BUCKETS];

const char *intern(const char *s)
{
	uint64_t h = 14695981039346656037u;
	for (const char *p = s; *p; p++)
		h = (h ^ (unsigned char)*p) * 1099511628211u;
	struct interned **slot = &interned[h % INTERN_BUCKETS];
	for (struct interned *i = *slot; i; i = i->next) {
		if (strcmp(i->text, s) == 0)
			return i->text;
	}
	size_t len = strlen(s) + 1;
	struct interned *made = malloc(sizeof(*made) + len);
	if (!made)
		abort();
	memcpy(made->text, s, len);
	made->next = *slot;
	*slot = made;
	return made->text;
}

const char *text_of(CXString s)
{
	const char *c = clang_getCString(s);
	const char *kept = intern(c ? c : "");
	clang_disposeString(s);
	return kept;
}

/* ---- cursors ---- */
bool is_null(CXCursor c)
{
	return clang_Cursor_isNull(c);
}

struct nth {
	unsigned left;
	bool only_expressions;
	CXCursor found;
};
static enum CXChildVisitResult nth_visit(CXCursor c, CXCursor parent, CXClientData data)
{
	(void)parent;
	struct nth *nth = data;
	if (nth->only_expressions && !clang_isExpression(clang_getCursorKind(c)))
		return CXChildVisit_Continue;
	if (nth->left-- > 0)
		return CXChildVisit_Continue;
	nth->found = c;
	return CXChildVisit_Break;
}

CXCursor nth_child(CXCursor c, unsigned n)
{
	struct nth nth = { n, false, clang_getNullCursor() };
	clang_visitChildren(c, nth_visit, &nth);
	return nth.found;
}

CXCursor operand(CXCursor cast)
{
	struct nth nth = { 0, true, clang_getNullCursor() };
	clang_visitChildren(cast, nth_visit, &nth);
	return nth.found;
}

CXCursor strip(CXCursor c)
{
	for (;;) {
		enum CXCursorKind kind = clang_getCursorKind(c);
		if (kind != CXCursor_UnexposedExpr && kind != CXCursor_ParenExpr)
			return c;
		CXCursor inner = operand(c);
		if (is_null(inner))
			return c;
		c = inner;
	}
}

struct wanted_annotation {
	const char *name;
	const char *found;
};
static enum CXChildVisitResult annotation_visit(CXCursor c, CXCursor parent, CXClientData data)
{
	(void)parent;
	struct wanted_annotation *w = data;
	if (clang_getCursorKind(c) != CXCursor_AnnotateAttr)
		return CXChildVisit_Continue;
	const char *text = text_of(clang_getCursorSpelling(c));
	if (!starts_with(text, w->name))
		return CXChildVisit_Continue;
	char after = text[strlen(w->name)];
	if (after != '\0' && after != ':')
		return CXChildVisit_Continue;
	w->found = after == ':' ? text + strlen(w->name) + 1 : "";
	return CXChildVisit_Break;
}

const char *annotation(CXCursor c, const char *name)
{
	struct wanted_annotation w = { name, NULL };
	if (is_null(c))
		return NULL;
	clang_visitChildren(c, annotation_visit, &w);
	if (!w.found && clang_getCursorKind(c) == CXCursor_FunctionDecl) {
		CXCursor first = clang_getCanonicalCursor(c);
		if (!clang_equalCursors(first, c))
			clang_visitChildren(first, annotation_visit, &w);
	}
	return w.found;
}

const char *field_class(CXCursor field)
{
	static const char *const classes[] = { "guarded", "immutable", "atomic_only", "owner" };
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (annotation(field, classes[i]))
			return classes[i];
	}
	return NULL;
}

bool is_macro_made(CXCursor c)
{
	CXFile at = NULL, use = NULL;
	CXSourceLocation start = clang_getRangeStart(clang_getCursorExtent(c));
	clang_getSpellingLocation(start, &at, NULL, NULL, NULL);
	clang_getExpansionLocation(start, &use, NULL, NULL, NULL);
	return at != use;
}

bool is_local(CXCursor decl)
{
	enum CXCursorKind kind = clang_getCursorKind(decl);
	if (kind == CXCursor_ParmDecl)
		return true;
	if (kind != CXCursor_VarDecl || clang_Cursor_getStorageClass(decl) == CX_SC_Static ||
	    clang_Cursor_getStorageClass(decl) == CX_SC_Extern)
		return false;
	return clang_getCursorKind(clang_getCursorSemanticParent(decl)) == CXCursor_FunctionDecl;
}

bool constant_value(CXCursor c, long long *out)
{
	CXEvalResult result = clang_Cursor_Evaluate(c);
	if (!result)
		return false;
	bool is_int = clang_EvalResult_getKind(result) == CXEval_Int;
	if (is_int)
		*out = clang_EvalResult_getAsLongLong(result);
	clang_EvalResult_dispose(result);
	return is_int;
}

const struct node *real_parent(const struct node *n)
{
	n = n->up;
	while (n && (n->kind == CXCursor_UnexposedExpr || n->kind == CXCursor_ParenExpr))
		n = n->up;
	return n;
}
