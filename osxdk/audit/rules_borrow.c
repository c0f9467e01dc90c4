/* SPDX-License-Identifier: MPL-2.0 */
/*
 * rules_borrow - R-borrow: what guards the field guards the borrow (book/src/rfcs/0001-borrow.md).
 *
 * A borrow is a call of a BORROWS function, or the address of a field that owns something handed to
 * a function that takes it const.  Where its argument comes from decides: *origin* follows it
 * through members, subscripts, local pointers and the framework's element functions to what owns
 * the reference.
 */
#include <string.h>

#include "ast.h"

enum standing {
	STAND_NOTHING, /* a field that somebody else may replace at any time */
	STAND_OWNED,   /* the function's own, immutable, or the running thread's */
	STAND_GUARDED  /* the holder of a lock class keeps it */
};
struct origin {
	enum standing standing;
	const char *lock_class; /* or several, as in OWNER(self, parts): each of them will do */
	const char *field;	/* the field that gave no standing, for the report */
};

static struct origin origin_of_pointer(CXCursor e);

/* Takes the next name of a list "a, b". */
static bool next_name(const char **list, char *name, size_t size)
{
	*list += strspn(*list, ", ");
	size_t len = strcspn(*list, ", ");
	snprintf(name, size, "%.*s", (int)len, *list);
	*list += len;
	return len > 0;
}

static bool list_has(const char *list, const char *wanted)
{
	char name[128];
	while (next_name(&list, name, sizeof(name))) {
		if (strcmp(name, wanted) == 0)
			return true;
	}
	return false;
}

static struct origin owned(void)
{
	return (struct origin){ .standing = STAND_OWNED };
}

static bool is_framework(CXCursor decl)
{
	return spelled(decl).zone != ZONE_KERNEL;
}

/* Element functions hand out a part of the container they are given: it stands as the container
 * does. */
static bool is_element_call(CXCursor e)
{
	CXCursor callee = clang_getCursorReferenced(e);
	return clang_getCursorKind(e) == CXCursor_CallExpr && !is_null(callee) &&
	       is_framework(callee) && !annotation(callee, "borrows") &&
	       clang_Cursor_getNumArguments(e) > 0 && is_pointer(clang_getCursorType(e)) &&
	       is_pointer(clang_getCursorType(clang_Cursor_getArgument(e, 0)));
}

/* `self`, or a local made from the running task or thread. */
static bool is_running_thread(CXCursor e)
{
	e = strip(e);
	if (clang_getCursorKind(e) != CXCursor_DeclRefExpr)
		return false;
	CXCursor decl = clang_getCursorReferenced(e);
	if (clang_getCursorKind(decl) == CXCursor_ParmDecl)
		return strcmp(text_of(clang_getCursorSpelling(decl)), "self") == 0;
	CXCursor from = strip(clang_Cursor_getVarDeclInitializer(decl));
	while (!is_null(from) && clang_getCursorKind(from) == CXCursor_CallExpr) {
		if (ends_with(text_of(clang_getCursorSpelling(from)), "_current"))
			return true;
		if (clang_Cursor_getNumArguments(from) < 1)
			return false;
		from = strip(clang_Cursor_getArgument(from, 0));
	}
	return false;
}

/* A parameter `const struct T *` of an AFFINE T: the caller borrowed the whole of it. */
static bool is_lent_parameter(CXCursor e)
{
	e = strip(e);
	if (clang_getCursorKind(e) != CXCursor_DeclRefExpr ||
	    clang_getCursorKind(clang_getCursorReferenced(e)) != CXCursor_ParmDecl)
		return false;
	CXType seen = pointee(clang_getCursorType(e));
	return clang_isConstQualifiedType(seen) && is_affine(seen);
}

/* A struct that lives on one thread's stack only: what it owns, that thread owns. */
static bool is_on_stack(CXCursor base)
{
	CXType t = clang_getCursorType(base);
	return annotation(record_of(is_pointer(t) ? pointee(t) : t), "on_stack") != NULL;
}

/* OWNER(self) is the running thread's; OWNER(class) is guarded as GUARDED is, though the compiler
 * does not see it. */
static bool by_annotation(CXCursor decl, CXCursor base, struct origin *out)
{
	const char *lock_class = annotation(decl, "guarded"), *owner = annotation(decl, "owner");
	bool is_self = owner && list_has(owner, "self") && !is_null(base) &&
		       is_running_thread(base);
	if (annotation(decl, "immutable") || is_self) {
		*out = owned();
		return true;
	}
	if (!lock_class)
		lock_class = owner;
	if (lock_class)
		*out = (struct origin){ .standing = STAND_GUARDED, .lock_class = lock_class };
	return lock_class != NULL;
}

static struct origin origin_of_variable(CXCursor decl)
{
	struct origin found = { .field = text_of(clang_getCursorSpelling(decl)) };
	if (is_local(decl))
		return owned();
	by_annotation(decl, clang_getNullCursor(), &found);
	return found;
}

/* The object that `base->` reaches. */
static struct origin origin_behind(CXCursor base, const char *field)
{
	base = strip(base);
	struct origin nothing = { .field = field };
	if (is_lent_parameter(base) || is_on_stack(base))
		return owned();
	if (is_element_call(base))
		return origin_of_pointer(clang_Cursor_getArgument(base, 0));
	if (clang_getCursorKind(base) != CXCursor_DeclRefExpr)
		return nothing;
	CXCursor from = strip(clang_Cursor_getVarDeclInitializer(clang_getCursorReferenced(base)));
	if (is_null(from))
		return nothing;
	if (is_element_call(from) || clang_getCursorKind(from) == CXCursor_UnaryOperator) {
		struct origin o = origin_of_pointer(from);
		return o;
	}
	return nothing;
}

/* What owns the storage that e names. */
static struct origin origin_of_path(CXCursor e)
{
	struct origin found = {};
	for (e = strip(e);; e = strip(nth_child(e, 0))) {
		enum CXCursorKind kind = clang_getCursorKind(e);
		if (kind == CXCursor_DeclRefExpr)
			return origin_of_variable(clang_getCursorReferenced(e));
		if (kind == CXCursor_UnaryOperator &&
		    clang_getCursorUnaryOperatorKind(e) == CXUnaryOperator_Deref)
			return origin_of_pointer(nth_child(e, 0));
		if (kind == CXCursor_ArraySubscriptExpr)
			continue;
		if (kind != CXCursor_MemberRefExpr)
			return (struct origin){ .field = "the result of an expression" };
		CXCursor field = clang_getCursorReferenced(e), base = strip(nth_child(e, 0));
		if (by_annotation(field, base, &found))
			return found;
		if (is_pointer(clang_getCursorType(base)))
			return origin_behind(base, text_of(clang_getCursorSpelling(field)));
	}
}

static struct origin origin_of_pointer(CXCursor e)
{
	e = strip(e);
	enum CXCursorKind kind = clang_getCursorKind(e);
	if (kind == CXCursor_UnaryOperator &&
	    clang_getCursorUnaryOperatorKind(e) == CXUnaryOperator_AddrOf)
		return origin_of_path(nth_child(e, 0));
	if (is_element_call(e))
		return origin_of_pointer(clang_Cursor_getArgument(e, 0));
	if (kind == CXCursor_ConditionalOperator) {
		struct origin yes = origin_of_pointer(nth_child(e, 1));
		return yes.standing == STAND_OWNED ? origin_of_pointer(nth_child(e, 2)) : yes;
	}
	if (kind == CXCursor_DeclRefExpr) {
		CXCursor decl = clang_getCursorReferenced(e);
		CXCursor from = strip(clang_Cursor_getVarDeclInitializer(decl));
		if (is_local(decl) && !is_null(from) &&
		    (clang_getCursorKind(from) == CXCursor_UnaryOperator || is_element_call(from)))
			return origin_of_pointer(from);
		return origin_of_variable(decl);
	}
	return owned();
}

/* ---- guards ---- */
struct annotation_search {
	const char *text;
	bool found;
};
static enum CXChildVisitResult find_text(CXCursor c, CXCursor parent, CXClientData data)
{
	(void)parent;
	struct annotation_search *s = data;
	if (clang_getCursorKind(c) == CXCursor_AnnotateAttr &&
	    strcmp(text_of(clang_getCursorSpelling(c)), s->text) == 0)
		s->found = true;
	return s->found ? CXChildVisit_Break : CXChildVisit_Continue;
}

static bool function_holds(const struct function *fn, const char *classes)
{
	char name[128], text[160];
	struct annotation_search s = { .text = text };
	while (fn && !s.found && next_name(&classes, name, sizeof(name))) {
		snprintf(text, sizeof(text), "holds:%s", name);
		clang_visitChildren(fn->decl, find_text, &s);
		clang_visitChildren(clang_getCanonicalCursor(fn->decl), find_text, &s);
	}
	return s.found;
}

struct guard_search {
	const char *classes;
	unsigned before; /* offset of the borrow */
	unsigned found;	 /* offset of the guard, 0 without one */
};
/* struct C_guard, or C_read_guard of who shares the lock, for one of the classes. */
static bool is_guard_of(const char *type, const char *classes)
{
	static const char *const ends[] = { "_guard", "_read_guard" };
	char name[128];
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (!ends_with(type, ends[i]))
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)(strlen(type) - strlen(ends[i])), type);
		if (list_has(classes, name))
			return true;
	}
	return false;
}

static enum CXChildVisitResult find_guard(CXCursor c, CXCursor parent, CXClientData data)
{
	(void)parent;
	struct guard_search *s = data;
	if (clang_getCursorKind(c) == CXCursor_DeclStmt)
		return CXChildVisit_Recurse;
	if (clang_getCursorKind(c) != CXCursor_VarDecl)
		return CXChildVisit_Continue;
	const char *type = struct_name(clang_getCursorType(c));
	unsigned at = expanded(c).offset;
	if (is_guard_of(type, s->classes) && at < s->before)
		s->found = at;
	return CXChildVisit_Continue;
}

/* The compound statement around n in which a GUARD of a class stands before it. */
static const struct node *guarded_scope(const struct node *n, const char *classes,
					unsigned *guard_at)
{
	struct guard_search s = { .classes = classes, .before = expanded(n->cursor).offset };
	for (const struct node *up = n->up; up && up->kind != CXCursor_FunctionDecl; up = up->up) {
		if (up->kind != CXCursor_CompoundStmt)
			continue;
		clang_visitChildren(up->cursor, find_guard, &s);
		if (s.found) {
			*guard_at = s.found;
			return up;
		}
	}
	return NULL;
}

/* ---- what becomes of the borrowed pointer ---- */
static const struct node *user_of(const struct node *n)
{
	const struct node *user = real_parent(n);
	while (user && user->kind == CXCursor_ConditionalOperator)
		user = real_parent(user);
	return user;
}

static bool is_assigned_to(const struct node *user, const struct node *n, CXCursor *target)
{
	if (!user || user->kind != CXCursor_BinaryOperator ||
	    clang_getCursorBinaryOperatorKind(user->cursor) != CXBinaryOperator_Assign)
		return false;
	*target = strip(nth_child(user->cursor, 0));
	return !clang_equalCursors(*target, n->cursor);
}

static void check_escape_from_guard(const struct node *n, const char *lock_class, unsigned guard_at)
{
	const struct node *user = user_of(n);
	CXCursor target = clang_getNullCursor();
	if (user && user->kind == CXCursor_ReturnStmt) {
		report(n, R_BORROW, "a borrow under GUARD(%s) is returned", lock_class);
	} else if (is_assigned_to(user, n, &target)) {
		CXCursor decl = clang_getCursorReferenced(target);
		bool is_inner = clang_getCursorKind(target) == CXCursor_DeclRefExpr &&
				is_local(decl) && expanded(decl).offset > guard_at;
		if (!is_inner)
			report(n, R_BORROW, "a borrow under GUARD(%s) is kept past the guard",
			       lock_class);
	}
}

static void check_standing(const struct node *n, struct origin o, bool keeps_pointer)
{
	unsigned guard_at = 0;
	if (o.standing == STAND_OWNED)
		return;
	if (o.standing == STAND_NOTHING) {
		report(n, R_BORROW, "borrow from %s, which another thread may replace", o.field);
		return;
	}
	const struct node *scope = guarded_scope(n, o.lock_class, &guard_at);
	if (scope) {
		if (keeps_pointer)
			check_escape_from_guard(n, o.lock_class, guard_at);
	} else if (function_holds(n->fn, o.lock_class)) {
		const struct node *user = user_of(n);
		if (keeps_pointer && user && user->kind == CXCursor_ReturnStmt &&
		    !n->fn->is_borrows)
			report(n, R_BORROW,
			       "a borrow under HOLDS(%s) is returned from a function that is not "
			       "BORROWS",
			       o.lock_class);
	} else {
		report(n, R_BORROW, "borrow from a field of class %s without its lock",
		       o.lock_class);
	}
}

/* ---- borrows ---- */
/* A local that was borrowed under a guard and is then returned. */
static void check_return(const struct node *n)
{
	unsigned guard_at = 0;
	CXCursor e = strip(nth_child(n->cursor, 0));
	if (clang_getCursorKind(e) != CXCursor_DeclRefExpr || !is_pointer(clang_getCursorType(e)))
		return;
	CXCursor decl = clang_getCursorReferenced(e);
	CXCursor from = is_local(decl) ? strip(clang_Cursor_getVarDeclInitializer(decl))
				       : clang_getNullCursor();
	if (is_null(from) || clang_getCursorKind(from) != CXCursor_CallExpr ||
	    !annotation(clang_getCursorReferenced(from), "borrows") ||
	    clang_Cursor_getNumArguments(from) < 1)
		return;
	struct origin o = origin_of_pointer(clang_Cursor_getArgument(from, 0));
	if (o.standing != STAND_GUARDED)
		return;
	if (guarded_scope(n, o.lock_class, &guard_at))
		report(n, R_BORROW, "a borrow under GUARD(%s) is returned", o.lock_class);
}

static void check_lent_arguments(const struct node *n, CXCursor callee)
{
	int count = clang_Cursor_getNumArguments(callee);
	for (int i = 0; i < count && i < clang_Cursor_getNumArguments(n->cursor); i++) {
		CXType wanted = clang_getCursorType(clang_Cursor_getArgument(callee, (unsigned)i));
		CXCursor given = strip(clang_Cursor_getArgument(n->cursor, (unsigned)i));
		if (!is_pointer(wanted) || !clang_isConstQualifiedType(pointee(wanted)) ||
		    !is_affine(pointee(wanted)))
			continue;
		if (clang_getCursorKind(given) == CXCursor_UnaryOperator)
			check_standing(n, origin_of_pointer(given), false);
	}
}

static void check_call(const struct node *n)
{
	CXCursor callee = clang_getCursorReferenced(n->cursor);
	if (is_null(callee) || spelled(n->cursor).zone != ZONE_KERNEL ||
	    clang_Cursor_getNumArguments(n->cursor) < 1)
		return;
	if (annotation(callee, "borrows")) {
		CXCursor given = clang_Cursor_getArgument(n->cursor, 0);
		if (is_pointer(clang_getCursorType(given)))
			check_standing(n, origin_of_pointer(given), true);
	} else if (!is_framework(callee)) {
		check_lent_arguments(n, callee);
	}
}

/* An ON_STACK struct in a global or inside another struct would not be on one stack only. */
static void check_on_stack(const struct node *n)
{
	CXType t = clang_getCursorType(n->cursor);
	bool is_field = n->kind == CXCursor_FieldDecl;
	if (!annotation(record_of(is_pointer(t) ? pointee(t) : t), "on_stack"))
		return;
	if (is_field ? !annotation(n->up->cursor, "on_stack") : !is_local(n->cursor))
		report(n, R_BORROW, "%s is ON_STACK, but this is not on a stack",
		       struct_name(is_pointer(t) ? pointee(t) : t));
}

void rules_borrow(const struct node *n)
{
	if (n->kind == CXCursor_FieldDecl || n->kind == CXCursor_VarDecl)
		check_on_stack(n);
	if (n->kind == CXCursor_CallExpr)
		check_call(n);
	else if (n->kind == CXCursor_ReturnStmt)
		check_return(n);
}
