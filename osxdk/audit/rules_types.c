/* SPDX-License-Identifier: MPL-2.0 */
/* rules_types - what keeps a type's promises: R-union, R-opaque, R-forge, R-pod, R-unsafe. */
#include <string.h>

#include "ast.h"

static bool is_union_member(CXCursor field)
{
	return clang_getCursorKind(clang_getCursorSemanticParent(field)) == CXCursor_UnionDecl;
}

/* Outside osxtd a union may not exist; inside, its members may be touched in UNSAFE code only. */
static void check_union(const struct node *n)
{
	if (spelled(n->cursor).zone == ZONE_KERNEL)
		report(n, R_UNION, "union without a tag that is checked");
}

static void check_member(const struct node *n)
{
	CXCursor field = clang_getCursorReferenced(n->cursor);
	const char *name = text_of(clang_getCursorSpelling(field));
	if (name[0] == '_' && spelled(field).zone != ZONE_KERNEL)
		report(n, R_OPAQUE, "%s is private to the framework", name);
	if (is_union_member(field) && spelled(n->cursor).zone == ZONE_OSXTD)
		report(n, R_UNION, "member %s of a union", name);
}

static enum CXChildVisitResult find_nonzero(CXCursor c, CXCursor parent, CXClientData data)
{
	(void)parent;
	long long value = 1;
	CXCursor e = strip(c);
	enum CXCursorKind kind = clang_getCursorKind(e);
	bool is_zero = kind == CXCursor_InitListExpr || (constant_value(e, &value) && value == 0);
	if (!is_zero)
		*(bool *)data = true;
	return is_zero ? CXChildVisit_Continue : CXChildVisit_Break;
}

static void check_initialiser(const struct node *n)
{
	bool nonzero = false;
	CXType t = clang_getCursorType(n->cursor);
	if (!is_opaque(t) ||
	    spelled(clang_getTypeDeclaration(clang_getCanonicalType(t))).zone == ZONE_KERNEL)
		return;
	clang_visitChildren(n->cursor, find_nonzero, &nonzero);
	if (nonzero)
		report(n, R_FORGE, "struct %s built by hand", struct_name(t));
}

static void check_byte_view(const struct node *n)
{
	CXType seen = pointee(clang_getCursorType(n->cursor));
	if (annotation(n->cursor, "pod") && !is_plain_data(seen))
		report_caller(n, R_POD, "byte view of %s, which holds more than integers",
			      text_of(clang_getTypeSpelling(seen)));
}

/* Private by its name; or because it stands in an architecture's header, which the public ones
 * include for their own inline functions.  Contexts of user mode are public, and what only tells
 * about this CPU or keeps interrupts off. */
static bool is_private(CXCursor callee, const char *name)
{
	static const char *const public[] = { "task_current",  "cpu_id",   "cpu_relax",
					      "preempt_count", "irq_save", "irq_restore" };
	struct place at = spelled(callee);
	if (at.zone == ZONE_KERNEL)
		return false;
	if (ends_with(name, "_"))
		return true;
	for (size_t i = 0; i < sizeof(public) / sizeof(public[0]); i++) {
		if (strcmp(name, public[i]) == 0)
			return false;
	}
	return at.file && starts_with(at.file, "osxtd/src/") && !ends_with(at.file, "/user_ctx.h");
}

static void check_call(const struct node *n)
{
	CXCursor callee = clang_getCursorReferenced(n->cursor);
	if (is_null(callee))
		return;
	const char *name = text_of(clang_getCursorSpelling(callee));
	if (is_private(callee, name))
		report(n, R_OPAQUE, "%s is private to the framework", name);
	if (annotation(callee, "osxtd_unsafe_fn"))
		report(n, R_UNSAFE, "call of the unsafe function %s", name);
}

void rules_types(const struct node *n)
{
	switch (n->kind) {
	case CXCursor_UnionDecl:
		check_union(n);
		break;
	case CXCursor_MemberRefExpr:
		check_member(n);
		break;
	case CXCursor_InitListExpr:
		check_initialiser(n);
		break;
	case CXCursor_VarDecl:
		check_byte_view(n);
		break;
	case CXCursor_CallExpr:
		check_call(n);
		break;
	default:
		break;
	}
}
