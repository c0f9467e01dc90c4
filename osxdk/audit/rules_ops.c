/* SPDX-License-Identifier: MPL-2.0 */
/*
 * rules_ops - R-ops: a pointer to a function stands in a const table only, so that what may be
 * called is known when the kernel is linked.  A table is a struct with such members, of which there
 * are const objects only, or a const array.  A parameter may hand a function down to the framework;
 * nobody calls through it.
 */
#include "ast.h"

static bool is_table(CXType t);

static enum CXVisitorResult find_function(CXCursor field, CXClientData data)
{
	bool *found = data;
	CXType t = clang_getCursorType(field);
	*found = is_function_pointer(t) || is_table(t);
	return *found ? CXVisit_Break : CXVisit_Continue;
}

/* A struct of the kernel's that has a function, or a table, among its members. */
static bool is_table(CXType t)
{
	bool found = false;
	CXCursor decl = clang_getTypeDeclaration(clang_getCanonicalType(t));
	if (clang_getCursorKind(decl) != CXCursor_StructDecl || spelled(decl).zone != ZONE_KERNEL)
		return false;
	clang_Type_visitFields(clang_getCanonicalType(t), find_function, &found);
	return found;
}

static CXType element(CXType t)
{
	t = clang_getCanonicalType(t);
	while (is_array(t) && !clang_isConstQualifiedType(t))
		t = clang_getCanonicalType(clang_getArrayElementType(t));
	return t;
}

static bool is_const(CXType t)
{
	return clang_isConstQualifiedType(element(t));
}

static void check_declared(const struct node *n)
{
	CXType t = clang_getCursorType(n->cursor), inner = element(t);
	bool is_variable = n->kind == CXCursor_VarDecl;
	while (is_array(inner))
		inner = clang_getCanonicalType(clang_getArrayElementType(inner));
	if (is_function_pointer(inner) && is_variable && !(is_array(t) && is_const(t)))
		report(n, R_OPS, "a variable holds a pointer to a function");
	if (is_table(inner) && is_variable && !is_const(t))
		report(n, R_OPS, "a table of functions that is not const");
	if (is_pointer(inner) && is_table(pointee(inner)) &&
	    !clang_isConstQualifiedType(pointee(inner)))
		report(n, R_OPS, "a pointer through which a table of functions may be changed");
}

/* A call names a function, or a member or element of a table. */
static void check_call(const struct node *n)
{
	CXCursor callee = strip(nth_child(n->cursor, 0));
	if (clang_getCursorKind(callee) != CXCursor_DeclRefExpr)
		return;
	if (clang_getCursorKind(clang_getCursorReferenced(callee)) != CXCursor_FunctionDecl &&
	    is_function_pointer(clang_getCursorType(callee)))
		report(n, R_OPS, "call through a variable");
}

/* Whoever calls through a table does not see the function's HOLDS. */
static void check_stored(const struct node *n)
{
	CXCursor value = strip(n->cursor);
	const struct node *user = real_parent(n);
	if (!user || user->kind != CXCursor_InitListExpr ||
	    clang_getCursorKind(value) != CXCursor_DeclRefExpr)
		return;
	CXCursor function = clang_getCursorReferenced(value);
	const char *lock_class = annotation(function, "holds");
	if (clang_getCursorKind(function) == CXCursor_FunctionDecl && lock_class)
		report(n, R_OPS, "%s in a table needs %s held, which its caller cannot know",
		       text_of(clang_getCursorSpelling(function)), lock_class);
}

void rules_ops(const struct node *n)
{
	switch (n->kind) {
	case CXCursor_FieldDecl:
	case CXCursor_VarDecl:
	case CXCursor_ParmDecl:
		check_declared(n);
		break;
	case CXCursor_CallExpr:
		check_call(n);
		break;
	case CXCursor_UnexposedExpr:
		check_stored(n);
		break;
	default:
		break;
	}
}
