/* SPDX-License-Identifier: MPL-2.0 */
/*
 * rules_overflow - R-overflow: a number that came from outside is checked before it is calculated
 * with.
 *
 * Within one function, in the order of its text: a value is *foreign* when it is an argument of a
 * system call (a->a0 … a->a5), what a wire type's get returns, a local that user_get, user_read or
 * cspan_read filled (or a member of one), or a local made of these without arithmetic.  It is
 * *checked* once it was compared by order, or passed (as it is or as uaddr_of(it)) to a function
 * that answers with bool or err_t.  Unsigned 32- and 64-bit
 * + - *, and << by a constant, with a foreign value that is not checked is a breach.
 */
#include <stdlib.h>
#include <string.h>

#include "ast.h"

enum { KEYS_MAX = 256 };
struct taint {
	const char *foreign[KEYS_MAX], *checked[KEYS_MAX];
	unsigned foreign_count, checked_count;
};

/* ---- keys: the same text for the same variable or member ---- */
/* e without casts either, which change no more than the width. */
static CXCursor bare(CXCursor e)
{
	for (e = strip(e); clang_getCursorKind(e) == CXCursor_CStyleCastExpr;
	     e = strip(operand(e))) {}
	return e;
}

/* "name@offset.member.member"; null for what is neither variable nor member. */
static const char *key_of(CXCursor e)
{
	char key[512] = "", rest[512];
	for (e = bare(e); clang_getCursorKind(e) == CXCursor_MemberRefExpr;
	     e = bare(nth_child(e, 0))) {
		snprintf(rest, sizeof(rest), ".%s%s", text_of(clang_getCursorSpelling(e)), key);
		snprintf(key, sizeof(key), "%s", rest);
	}
	if (clang_getCursorKind(e) != CXCursor_DeclRefExpr)
		return NULL;
	CXCursor decl = clang_getCursorReferenced(e);
	snprintf(rest, sizeof(rest), "%s@%u%.400s", text_of(clang_getCursorSpelling(decl)),
		 expanded(decl).offset, key);
	return intern(rest);
}

/* Whether key is in the list, or a member of what is. */
static bool is_listed(const char *const *list, unsigned count, const char *key)
{
	for (unsigned i = 0; i < count; i++) {
		size_t len = strlen(list[i]);
		if (strncmp(list[i], key, len) == 0 && (key[len] == '\0' || key[len] == '.'))
			return true;
	}
	return false;
}

static struct taint *taint_of(const struct node *n)
{
	if (!n->fn->taint)
		n->fn->taint = calloc(1, sizeof(struct taint));
	if (!n->fn->taint)
		abort();
	return n->fn->taint;
}

static void add_foreign(const struct node *n, const char *key)
{
	struct taint *t = taint_of(n);
	if (key && t->foreign_count < KEYS_MAX)
		t->foreign[t->foreign_count++] = key;
}

static void add_checked(const struct node *n, CXCursor e)
{
	struct taint *t = taint_of(n);
	const char *key = key_of(e);
	if (key && t->checked_count < KEYS_MAX)
		t->checked[t->checked_count++] = key;
}

/* ---- sources ---- */
static bool is_syscall_argument(CXCursor e)
{
	const char *name = text_of(clang_getCursorSpelling(e));
	if (clang_getCursorKind(e) != CXCursor_MemberRefExpr || name[0] != 'a' || name[1] < '0' ||
	    name[1] > '5')
		return false;
	CXCursor owner = clang_getCursorSemanticParent(clang_getCursorReferenced(e));
	return strcmp(text_of(clang_getCursorSpelling(owner)), "sysargs") == 0;
}

static bool is_wire_get(CXCursor e)
{
	static const char *const gets[] = { "le16_get", "le32_get", "le64_get",
					    "be16_get", "be32_get", "be64_get" };
	if (clang_getCursorKind(e) != CXCursor_CallExpr)
		return false;
	for (size_t i = 0; i < sizeof(gets) / sizeof(gets[0]); i++) {
		if (strcmp(text_of(clang_getCursorSpelling(e)), gets[i]) == 0)
			return true;
	}
	return false;
}

static bool is_foreign(const struct node *n, CXCursor e)
{
	e = bare(e);
	const char *key = key_of(e);
	if (key && is_listed(taint_of(n)->checked, taint_of(n)->checked_count, key))
		return false;
	if (is_syscall_argument(e) || is_wire_get(e))
		return true;
	return key && is_listed(taint_of(n)->foreign, taint_of(n)->foreign_count, key);
}

/* What &x or span_of(x) among the arguments names. */
static enum CXChildVisitResult find_target(CXCursor c, CXCursor parent, CXClientData data)
{
	(void)parent;
	if (clang_getCursorKind(c) != CXCursor_UnaryOperator ||
	    clang_getCursorUnaryOperatorKind(c) != CXUnaryOperator_AddrOf)
		return CXChildVisit_Recurse;
	const char *key = key_of(nth_child(c, 0));
	if (key)
		*(const char **)data = key;
	return CXChildVisit_Recurse;
}

static bool fills_from_outside(const char *name)
{
	return strcmp(name, "user_read") == 0 || strcmp(name, "user_read_u32") == 0 ||
	       strcmp(name, "user_read_u64") == 0 || strcmp(name, "memcpy") == 0;
}

static bool answers(CXType t)
{
	return clang_getCanonicalType(t).kind == CXType_Bool ||
	       strcmp(text_of(clang_getTypeSpelling(clang_getCanonicalType(t))), "enum err") == 0;
}

/* memcpy stands in the body of cspan_read only: nothing else outside osxtd may spell it. */
static void look_at_call(const struct node *n)
{
	const char *name = text_of(clang_getCursorSpelling(n->cursor)), *key = NULL;
	int count = clang_Cursor_getNumArguments(n->cursor);
	if (fills_from_outside(name)) {
		int first = strcmp(name, "memcpy") == 0 ? 0 : 1;
		CXCursor target = clang_Cursor_getArgument(n->cursor, (unsigned)first);
		if (count > first) {
			find_target(target, target, &key);
			clang_visitChildren(target, find_target, &key);
			add_foreign(n, key);
		}
		return;
	}
	if (!answers(clang_getCursorType(n->cursor)) && !starts_with(name, "__builtin_"))
		return;
	for (int i = 0; i < count; i++) {
		CXCursor given = bare(clang_Cursor_getArgument(n->cursor, (unsigned)i));
		if (clang_getCursorKind(given) == CXCursor_CallExpr &&
		    clang_Cursor_getNumArguments(given) == 1)
			given = clang_Cursor_getArgument(given, 0);
		add_checked(n, given);
	}
}

static void look_at_variable(const struct node *n)
{
	char key[300];
	CXCursor from = clang_Cursor_getVarDeclInitializer(n->cursor);
	if (is_null(from) || !is_integer(clang_getCursorType(n->cursor)) || !is_foreign(n, from))
		return;
	snprintf(key, sizeof(key), "%.250s@%u", text_of(clang_getCursorSpelling(n->cursor)),
		 expanded(n->cursor).offset);
	add_foreign(n, intern(key));
}

/* ---- arithmetic ---- */
static bool is_wide_unsigned(CXType t)
{
	enum CXTypeKind kind = clang_getCanonicalType(t).kind;
	return kind == CXType_UInt || kind == CXType_ULong || kind == CXType_ULongLong;
}

/* At most 32 bits of value in 64-bit arithmetic, or a constant of that size. */
static bool is_narrow(CXCursor e)
{
	long long value = 0;
	if (constant_value(e, &value))
		return value >= 0 && value <= UINT32_MAX;
	for (;;) {
		e = strip(e);
		if (clang_Type_getSizeOf(clang_getCanonicalType(clang_getCursorType(e))) <= 4)
			return true;
		if (clang_getCursorKind(e) != CXCursor_CStyleCastExpr)
			return false;
		e = operand(e);
	}
}

static bool cannot_wrap(const struct node *n, enum CXBinaryOperatorKind op)
{
	CXCursor left = nth_child(n->cursor, 0), right = nth_child(n->cursor, 1);
	if (clang_Type_getSizeOf(clang_getCursorType(n->cursor)) < 8 || op == CXBinaryOperator_Sub)
		return false;
	return is_narrow(left) && is_narrow(right);
}

/* `x + y < x` is the check itself. */
static bool is_wrap_check(const struct node *n)
{
	const struct node *user = real_parent(n);
	if (!user || user->kind != CXCursor_BinaryOperator)
		return false;
	enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(user->cursor);
	if (op < CXBinaryOperator_LT || op > CXBinaryOperator_GE)
		return false;
	for (unsigned side = 0; side < 2; side++) {
		const char *key = key_of(nth_child(user->cursor, side));
		for (unsigned term = 0; term < 2 && key; term++) {
			if (key_of(nth_child(n->cursor, term)) == key)
				return true;
		}
	}
	return false;
}

static void look_at_operator(const struct node *n)
{
	enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(n->cursor);
	CXCursor left = nth_child(n->cursor, 0), right = nth_child(n->cursor, 1);
	if (op >= CXBinaryOperator_LT && op <= CXBinaryOperator_GE) {
		add_checked(n, left);
		add_checked(n, right);
		return;
	}
	bool calculates = op == CXBinaryOperator_Add || op == CXBinaryOperator_Sub ||
			  op == CXBinaryOperator_Mul || op == CXBinaryOperator_Shl ||
			  op == CXBinaryOperator_AddAssign || op == CXBinaryOperator_SubAssign ||
			  op == CXBinaryOperator_MulAssign;
	if (!calculates || !is_wide_unsigned(clang_getCursorType(n->cursor)))
		return;
	/* A shift by a constant scales a number; by a variable it moves bits. */
	long long by = 0;
	bool shifts = op == CXBinaryOperator_Shl;
	if (shifts && !constant_value(right, &by))
		return;
	if (!is_foreign(n, left) && (shifts || !is_foreign(n, right)))
		return;
	if (!cannot_wrap(n, op) && !is_wrap_check(n))
		report(n, R_OVERFLOW,
		       "arithmetic on a number from outside that nothing has checked");
}

void rules_overflow(const struct node *n)
{
	if (!n->fn || expanded(n->cursor).zone != ZONE_KERNEL)
		return;
	switch (n->kind) {
	case CXCursor_CallExpr:
		look_at_call(n);
		break;
	case CXCursor_VarDecl:
		look_at_variable(n);
		break;
	case CXCursor_BinaryOperator:
	case CXCursor_CompoundAssignOperator:
		look_at_operator(n);
		break;
	default:
		break;
	}
}
