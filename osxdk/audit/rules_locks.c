/* SPDX-License-Identifier: MPL-2.0 */
/* rules_locks - R-fieldclass: in a struct with a lock every field says what guards it. */
#include <string.h>

#include "ast.h"

static bool is_lock(CXCursor field)
{
	return ends_with(struct_name(clang_getCursorType(field)), "_lock");
}

/* What answers for itself: the header or base struct of an object, and links, which only their
 * container's functions touch. */
static bool is_framework_part(CXCursor field)
{
	static const char *const parts[] = { "list_link", "tree_link", "rcu_link" };
	const char *name = struct_name(clang_getCursorType(field));
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (strcmp(name, parts[i]) == 0)
			return true;
	}
	return is_object(clang_getCursorType(field));
}

static enum CXVisitorResult find_lock(CXCursor field, CXClientData data)
{
	bool *found = data;
	*found = is_lock(field);
	return *found ? CXVisit_Break : CXVisit_Continue;
}

static enum CXVisitorResult check_field(CXCursor field, CXClientData data)
{
	const struct node *owner = data;
	struct node n = { field, CXCursor_FieldDecl, owner, NULL, false };
	if (!is_lock(field) && !field_class(field) && !is_framework_part(field))
		report(&n, R_FIELDCLASS, "%s: nothing says what guards it",
		       text_of(clang_getCursorSpelling(field)));
	return CXVisit_Continue;
}

void rules_locks(const struct node *n)
{
	bool found = false;
	if (n->kind != CXCursor_StructDecl || !clang_isCursorDefinition(n->cursor) ||
	    is_macro_made(n->cursor))
		return;
	CXType t = clang_getCursorType(n->cursor);
	clang_Type_visitFields(t, find_lock, &found);
	if (found)
		clang_Type_visitFields(t, check_field, (void *)n);
}
