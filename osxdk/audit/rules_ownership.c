/* SPDX-License-Identifier: MPL-2.0 */
/* rules_ownership - who owns what: R-affine, R-rawfield, R-global, R-immutable. */
#include <string.h>

#include "ast.h"

/* ---- R-affine ---- */
static bool is_read(enum CXCursorKind kind)
{
	return kind == CXCursor_DeclRefExpr || kind == CXCursor_MemberRefExpr ||
	       kind == CXCursor_ArraySubscriptExpr || kind == CXCursor_UnaryOperator;
}

/* `return x;` of a local that no scope drops hands the only copy over. */
static bool is_handed_over(const struct node *n, CXCursor from)
{
	const struct node *parent = real_parent(n);
	if (!parent || parent->kind != CXCursor_ReturnStmt ||
	    clang_getCursorKind(from) != CXCursor_DeclRefExpr)
		return false;
	CXCursor decl = clang_getCursorReferenced(from);
	return is_local(decl) && !annotation(decl, "scoped");
}

/* A consumed parameter: passed on whole, once per path. */
static bool is_parameter(CXCursor from)
{
	return clang_getCursorKind(from) == CXCursor_DeclRefExpr &&
	       clang_getCursorKind(clang_getCursorReferenced(from)) == CXCursor_ParmDecl;
}

static void check_copy(const struct node *n)
{
	CXCursor child = operand(n->cursor);
	bool is_dropped = n->up->kind == CXCursor_CStyleCastExpr; /* (void)r */
	if (is_null(child) || is_dropped || n->up->kind == CXCursor_MemberRefExpr)
		return;
	CXCursor from = strip(child);
	if (n->up->kind == CXCursor_UnexposedExpr || !is_read(clang_getCursorKind(from)))
		return;
	if (holds_affine(clang_getCursorType(n->cursor)) && !is_handed_over(n, from))
		report(n, R_AFFINE,
		       is_parameter(from) ? "copy of an owning parameter"
					  : "copy of an owning value");
}

/* ---- R-rawfield ---- */
static void check_field(const struct node *n)
{
	CXType t = clang_getCursorType(n->cursor);
	while (is_array(t))
		t = clang_getArrayElementType(clang_getCanonicalType(t));
	if (is_pointer(t) && !is_function_pointer(t) && !clang_isConstQualifiedType(pointee(t)))
		report(n, R_RAWFIELD, "raw pointer to mutable memory in a struct");
}

/* ---- R-global ---- */
static bool is_constant(CXType t)
{
	t = clang_getCanonicalType(t);
	while (is_array(t) && !clang_isConstQualifiedType(t))
		t = clang_getCanonicalType(clang_getArrayElementType(t));
	return clang_isConstQualifiedType(t);
}

struct field_classes {
	bool has_lock, has_unclassed;
};
static enum CXVisitorResult look_at_field(CXCursor field, CXClientData data)
{
	struct field_classes *seen = data;
	if (ends_with(struct_name(clang_getCursorType(field)), "_lock"))
		seen->has_lock = true;
	else if (!field_class(field))
		seen->has_unclassed = true;
	return CXVisit_Continue;
}

/* A struct whose fields say what guards them (R-fieldclass asks for it where there is a lock), or a
 * type of the framework, which guards itself. */
static bool is_self_guarding(CXType t)
{
	struct field_classes seen = {};
	CXCursor decl = record_of(t);
	if (clang_getCursorKind(decl) != CXCursor_StructDecl)
		return false;
	if (spelled(decl).zone != ZONE_KERNEL)
		return true;
	clang_Type_visitFields(clang_getCursorType(decl), look_at_field, &seen);
	return seen.has_lock || !seen.has_unclassed;
}

static void check_global(const struct node *n)
{
	CXType t = clang_getCursorType(n->cursor);
	if (is_local(n->cursor) || is_constant(t) ||
	    ends_with(text_of(clang_getCursorSpelling(n->cursor)), "_held"))
		return;
	if (!annotation(n->cursor, "shared")) {
		report(n, R_GLOBAL, "mutable global that is not declared shared");
	} else if (!field_class(n->cursor) && !is_self_guarding(t)) {
		report(n, R_GLOBAL, "shared global without a lock class");
	}
}

/* ---- R-immutable ---- */
/* The IMMUTABLE field that an assignment to e would change, or a null cursor. */
static CXCursor immutable_in(CXCursor e)
{
	for (e = strip(e);; e = strip(nth_child(e, 0))) {
		enum CXCursorKind kind = clang_getCursorKind(e);
		if (kind == CXCursor_MemberRefExpr) {
			CXCursor field = clang_getCursorReferenced(e);
			if (annotation(field, "immutable"))
				return field;
			if (is_pointer(clang_getCursorType(strip(nth_child(e, 0)))))
				return clang_getNullCursor();
		} else if (kind != CXCursor_ArraySubscriptExpr) {
			return clang_getNullCursor();
		}
	}
}

/* Whether the object behind e was made by this function: e comes from T_get(&fresh), and the
 * function gave &fresh to an allocator. */
struct maker_search {
	CXCursor made;
	bool found;
};
static bool names_variable(CXCursor e, CXCursor variable)
{
	e = strip(e);
	if (clang_getCursorKind(e) == CXCursor_UnaryOperator)
		e = strip(nth_child(e, 0));
	return clang_getCursorKind(e) == CXCursor_DeclRefExpr &&
	       clang_equalCursors(clang_getCursorReferenced(e), variable);
}
static enum CXChildVisitResult find_maker(CXCursor c, CXCursor parent, CXClientData data)
{
	(void)parent;
	struct maker_search *s = data;
	const char *name = text_of(clang_getCursorSpelling(c));
	if (clang_getCursorKind(c) != CXCursor_CallExpr ||
	    (!ends_with(name, "_alloc") && !ends_with(name, "_new")))
		return CXChildVisit_Recurse;
	for (int i = 0; i < clang_Cursor_getNumArguments(c) && !s->found; i++)
		s->found = names_variable(clang_Cursor_getArgument(c, (unsigned)i), s->made);
	return s->found ? CXChildVisit_Break : CXChildVisit_Recurse;
}

static bool is_fresh(const struct node *n, CXCursor e)
{
	for (;;) {
		e = strip(e);
		enum CXCursorKind kind = clang_getCursorKind(e);
		if (kind == CXCursor_MemberRefExpr || kind == CXCursor_ArraySubscriptExpr ||
		    kind == CXCursor_UnaryOperator)
			e = nth_child(e, 0);
		else if (kind == CXCursor_CallExpr && clang_Cursor_getNumArguments(e) > 0)
			e = clang_Cursor_getArgument(e, 0);
		else
			break;
	}
	if (clang_getCursorKind(e) != CXCursor_DeclRefExpr)
		return false;
	CXCursor decl = clang_getCursorReferenced(e);
	struct maker_search s = { decl, false };
	clang_visitChildren(n->fn->decl, find_maker, &s);
	CXCursor from = clang_Cursor_getVarDeclInitializer(decl);
	return s.found ||
	       (!is_null(from) && is_pointer(clang_getCursorType(decl)) && is_fresh(n, from));
}

static bool may_initialise(const struct node *n)
{
	static const char *const verbs[] = { "_init", "_new", "_fini", "_alloc", "_create" };
	if (!n->fn)
		return true;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strstr(n->fn->name, verbs[i]))
			return true;
	}
	return false;
}

static void check_write(const struct node *n, CXCursor target)
{
	CXCursor field = immutable_in(target);
	if (!is_null(field) && !may_initialise(n) && !is_fresh(n, target))
		report(n, R_IMMUTABLE, "%s is IMMUTABLE", text_of(clang_getCursorSpelling(field)));
}

static void check_assignment(const struct node *n)
{
	enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(n->cursor);
	if (op >= CXBinaryOperator_Assign)
		check_write(n, nth_child(n->cursor, 0));
}

/* &x->field handed to a function that may write through it. */
static void check_argument(const struct node *n)
{
	const struct node *call = real_parent(n);
	if (!call || call->kind != CXCursor_CallExpr)
		return;
	CXType given = clang_getCursorType(n->up->kind == CXCursor_UnexposedExpr ? n->up->cursor
										 : n->cursor);
	if (is_pointer(given) && !clang_isConstQualifiedType(pointee(given)))
		check_write(n, nth_child(n->cursor, 0));
}

static void check_unary(const struct node *n)
{
	enum CXUnaryOperatorKind op = clang_getCursorUnaryOperatorKind(n->cursor);
	if (op >= CXUnaryOperator_PostInc && op <= CXUnaryOperator_PreDec)
		check_write(n, nth_child(n->cursor, 0));
	else if (op == CXUnaryOperator_AddrOf)
		check_argument(n);
}

void rules_ownership(const struct node *n)
{
	switch (n->kind) {
	case CXCursor_UnexposedExpr:
		check_copy(n);
		break;
	case CXCursor_FieldDecl:
		check_field(n);
		break;
	case CXCursor_VarDecl:
		check_global(n);
		break;
	case CXCursor_BinaryOperator:
	case CXCursor_CompoundAssignOperator:
		check_assignment(n);
		break;
	case CXCursor_UnaryOperator:
		check_unary(n);
		break;
	default:
		break;
	}
}
