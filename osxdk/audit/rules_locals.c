/* SPDX-License-Identifier: MPL-2.0 */
/* rules_locals - the stack: R-addrlocal, R-init, R-vla. */
#include "ast.h"

/* The variable whose storage &e names, or a null cursor when it lies behind a pointer. */
static CXCursor root_of(CXCursor e)
{
	for (e = strip(e);; e = strip(nth_child(e, 0))) {
		switch (clang_getCursorKind(e)) {
		case CXCursor_DeclRefExpr:
			return clang_getCursorReferenced(e);
		case CXCursor_CompoundLiteralExpr:
			return e;
		case CXCursor_MemberRefExpr:
			if (is_pointer(clang_getCursorType(strip(nth_child(e, 0)))))
				return clang_getNullCursor();
			break;
		case CXCursor_ArraySubscriptExpr:
			if (!is_array(clang_getCursorType(strip(nth_child(e, 0)))))
				return clang_getNullCursor();
			break;
		default:
			return clang_getNullCursor();
		}
	}
}

static bool is_on_stack(CXCursor root, const struct node *n)
{
	if (clang_getCursorKind(root) == CXCursor_CompoundLiteralExpr)
		return n->fn != NULL;
	return !is_null(root) && is_local(root);
}

/* Used up where it stands: an argument of a call or of a framework macro, an operand that is only
 * compared or measured. */
static bool is_used_at_once(const struct node *n)
{
	const struct node *parent = real_parent(n);
	/* Atomic built-ins are calls that libclang does not show as such: several operands. */
	if (n->up->kind == CXCursor_UnexposedExpr && !is_null(nth_child(n->up->cursor, 1)))
		return true;
	if (!parent || parent->kind == CXCursor_CallExpr || parent->kind == CXCursor_UnaryExpr ||
	    parent->kind == CXCursor_MemberRefExpr || parent->kind == CXCursor_ArraySubscriptExpr)
		return true;
	/* x == &local says only whether. */
	if (parent->kind == CXCursor_BinaryOperator) {
		enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(parent->cursor);
		if (op == CXBinaryOperator_EQ || op == CXBinaryOperator_NE)
			return true;
	}
	if (parent->kind == CXCursor_UnaryOperator)
		return clang_getCursorUnaryOperatorKind(parent->cursor) == CXUnaryOperator_Deref;
	if (parent->kind == CXCursor_ConditionalOperator)
		return is_used_at_once(parent);
	return spelled(n->cursor).zone == ZONE_KERNEL &&
	       spelled(parent->cursor).zone != ZONE_KERNEL;
}

static void check_address(const struct node *n)
{
	if (clang_getCursorUnaryOperatorKind(n->cursor) != CXUnaryOperator_AddrOf)
		return;
	if (is_on_stack(root_of(nth_child(n->cursor, 0)), n) && !is_used_at_once(n))
		report(n, R_ADDRLOCAL, "the address of a local outlives the call");
}

/* A local array that becomes a pointer. */
static void check_decay(const struct node *n)
{
	CXCursor from = operand(n->cursor);
	if (is_null(from) || !is_pointer(clang_getCursorType(n->cursor)) ||
	    !is_array(clang_getCursorType(from)))
		return;
	if (is_on_stack(root_of(from), n) && !is_used_at_once(n))
		report(n, R_ADDRLOCAL, "a local array's address outlives the call");
}

static void check_variable(const struct node *n)
{
	if (clang_getCanonicalType(clang_getCursorType(n->cursor)).kind == CXType_VariableArray)
		report(n, R_VLA, "array whose size is known at run time only");
	if (!is_local(n->cursor) || !is_null(clang_Cursor_getVarDeclInitializer(n->cursor)))
		return;
	/* A SCOPED_ macro answers for the variable that it makes. */
	if (!is_macro_made(n->cursor) || !annotation(n->cursor, "scoped"))
		report(n, R_INIT, "%s has no first value",
		       text_of(clang_getCursorSpelling(n->cursor)));
}

void rules_locals(const struct node *n)
{
	switch (n->kind) {
	case CXCursor_UnaryOperator:
		check_address(n);
		break;
	case CXCursor_UnexposedExpr:
		check_decay(n);
		break;
	case CXCursor_VarDecl:
		check_variable(n);
		break;
	default:
		break;
	}
}
