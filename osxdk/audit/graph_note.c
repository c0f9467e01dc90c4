/* SPDX-License-Identifier: MPL-2.0 */
/*
 * graph_note - a unit's part of the call graph: who defines what, who calls whom by name, who calls
 * through which field of which table, and which functions are stored there.
 */
#include <string.h>

#include "ast.h"

static const char *identity(CXCursor function)
{
	return text_of(clang_getCursorUSR(function));
}

/* "struct.field" of a function pointer in a table, or null. */
static const char *slot_of(CXCursor field)
{
	static char slot[512];
	if (clang_getCursorKind(field) != CXCursor_FieldDecl ||
	    !is_function_pointer(clang_getCursorType(field)))
		return NULL;
	CXCursor owner = clang_getCursorSemanticParent(field);
	snprintf(slot, sizeof(slot), "%s.%s", text_of(clang_getCursorSpelling(owner)),
		 text_of(clang_getCursorSpelling(field)));
	return intern(slot);
}

/* Reports and panics refuse to be entered while they run. */
static bool guards_itself(CXCursor callee)
{
	return spelled(callee).zone == ZONE_OSXTD && annotation(callee, "guards_itself");
}

static void note_call(const struct node *n)
{
	CXCursor callee = clang_getCursorReferenced(n->cursor);
	if (!n->fn || is_null(callee) || guards_itself(callee))
		return;
	if (clang_getCursorKind(callee) == CXCursor_FunctionDecl) {
		fprintf(unit.facts, "C\t%s\t%s\n", identity(n->fn->decl), identity(callee));
		return;
	}
	const char *slot = slot_of(callee);
	struct place at = expanded(n->cursor);
	if (slot && at.file)
		fprintf(unit.facts, "O\t%s\t%s\t%s\t%u\t%s\n", slot, identity(n->fn->decl), at.file,
			at.line, n->fn->name);
}

/* { .read = pipe_read }: the function is stored in the slot. */
static void note_store(const struct node *n)
{
	CXCursor member = nth_child(n->cursor, 0), value = strip(nth_child(n->cursor, 1));
	if (clang_getCursorKind(member) != CXCursor_MemberRef ||
	    clang_getCursorKind(value) != CXCursor_DeclRefExpr)
		return;
	const char *slot = slot_of(clang_getCursorReferenced(member));
	CXCursor function = clang_getCursorReferenced(value);
	if (slot && clang_getCursorKind(function) == CXCursor_FunctionDecl)
		fprintf(unit.facts, "S\t%s\t%s\n", slot, identity(function));
}

static void note_definition(const struct node *n)
{
	struct place at = expanded(n->cursor);
	if (clang_isCursorDefinition(n->cursor) && at.file)
		fprintf(unit.facts, "F\t%s\t%s\t%u\t%s\n", identity(n->cursor), at.file, at.line,
			text_of(clang_getCursorSpelling(n->cursor)));
}

void graph_note(const struct node *n)
{
	switch (n->kind) {
	case CXCursor_FunctionDecl:
		note_definition(n);
		break;
	case CXCursor_CallExpr:
		note_call(n);
		break;
	case CXCursor_UnexposedExpr:
		if (n->up->kind == CXCursor_InitListExpr)
			note_store(n);
		break;
	default:
		break;
	}
}
