/* SPDX-License-Identifier: MPL-2.0 */
/* rules_memory - what makes an address out of something else, or touches memory past the types:
 * R-asm, R-volatile, R-ptrarith, R-index, R-ptrcast, R-voidp, R-int2ptr, R-ptr2int. */
#include "ast.h"

static void check_cast(const struct node *n)
{
	CXCursor from = strip(operand(n->cursor));
	CXType to = clang_getCursorType(n->cursor), source = clang_getCursorType(from);
	long long value = 1;
	if (is_pointer(to) && (is_pointer(source) || is_array(source))) {
		CXType old = is_array(source)
				     ? clang_getArrayElementType(clang_getCanonicalType(source))
				     : pointee(source);
		if (pointee(to).kind != CXType_Void && !same_unqualified(pointee(to), old))
			report(n, R_PTRCAST, "cast from a pointer to another type of pointer");
	} else if (is_pointer(to) && is_integer(source)) {
		if (!constant_value(from, &value) || value != 0)
			report(n, R_INT2PTR, "pointer made from an integer");
	} else if (is_integer(to) && (is_pointer(source) || is_array(source))) {
		report(n, R_PTR2INT, "integer made from a pointer");
	}
}

static void check_implicit(const struct node *n)
{
	CXCursor from = operand(n->cursor);
	if (is_null(from) || !is_pointer(clang_getCursorType(n->cursor)))
		return;
	CXType source = clang_getCursorType(from);
	if (!is_pointer(source) || pointee(source).kind != CXType_Void)
		return;
	enum CXCursorKind kind = clang_getCursorKind(strip(from));
	bool is_constant = kind == CXCursor_IntegerLiteral || kind == CXCursor_CStyleCastExpr;
	if (pointee(clang_getCursorType(n->cursor)).kind != CXType_Void && !is_constant)
		report(n, R_VOIDP, "void * becomes a typed pointer");
}

static void check_index(const struct node *n)
{
	CXCursor base = strip(nth_child(n->cursor, 0)), index = nth_child(n->cursor, 1);
	long long value = 0;
	if (!is_array(clang_getCursorType(base)))
		report(n, R_INDEX, "[] on a pointer");
	else if (!constant_value(index, &value))
		report(n, R_INDEX, "[] with an index that is no constant");
}

static void check_binary(const struct node *n)
{
	enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(n->cursor);
	CXType left = clang_getCursorType(nth_child(n->cursor, 0));
	CXType right = clang_getCursorType(nth_child(n->cursor, 1));
	if (!is_pointer(left) && !is_pointer(right))
		return;
	if (op == CXBinaryOperator_Add || op == CXBinaryOperator_Sub ||
	    op == CXBinaryOperator_AddAssign || op == CXBinaryOperator_SubAssign)
		report(n, R_PTRARITH, "arithmetic on a pointer");
	else if (op >= CXBinaryOperator_LT && op <= CXBinaryOperator_GE)
		report(n, R_PTRARITH, "pointers compared by order");
}

static void check_unary(const struct node *n)
{
	enum CXUnaryOperatorKind op = clang_getCursorUnaryOperatorKind(n->cursor);
	if (op >= CXUnaryOperator_PostInc && op <= CXUnaryOperator_PreDec &&
	    is_pointer(clang_getCursorType(n->cursor)))
		report(n, R_PTRARITH, "++ or -- on a pointer");
}

/* Outside osxtd the words themselves are forbidden: rules_text. */
static void check_volatile(const struct node *n)
{
	if (spelled(n->cursor).zone == ZONE_OSXTD &&
	    is_volatile_anywhere(clang_getCursorType(n->cursor)))
		report(n, R_VOLATILE, "volatile");
}

void rules_memory(const struct node *n)
{
	switch (n->kind) {
	case CXCursor_GCCAsmStmt:
	case CXCursor_MSAsmStmt:
		if (spelled(n->cursor).zone == ZONE_OSXTD)
			report(n, R_ASM, "inline assembly");
		break;
	case CXCursor_CStyleCastExpr:
		check_cast(n);
		check_volatile(n);
		break;
	case CXCursor_UnexposedExpr:
		check_implicit(n);
		break;
	case CXCursor_ArraySubscriptExpr:
		check_index(n);
		break;
	case CXCursor_BinaryOperator:
	case CXCursor_CompoundAssignOperator:
		check_binary(n);
		break;
	case CXCursor_UnaryOperator:
		check_unary(n);
		break;
	case CXCursor_VarDecl:
	case CXCursor_ParmDecl:
	case CXCursor_FieldDecl:
		check_volatile(n);
		break;
	default:
		break;
	}
}
