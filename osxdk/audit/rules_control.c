/* SPDX-License-Identifier: MPL-2.0 */
/* rules_control - R-goto, R-varargs, R-macro, R-linkage's foreign declarations, R-tsa-off, calls
 * that grow the stack. */
#include <string.h>

#include "ast.h"

static bool pastes_tokens(CXCursor macro)
{
	CXToken *tokens = NULL;
	unsigned count = 0;
	bool found = false;
	clang_tokenize(unit.tu, clang_getCursorExtent(macro), &tokens, &count);
	for (unsigned i = 0; i < count; i++)
		found = found ||
			strcmp(text_of(clang_getTokenSpelling(unit.tu, tokens[i])), "##") == 0;
	clang_disposeTokens(unit.tu, tokens, count);
	return found;
}

static void check_macro(const struct node *n)
{
	if (spelled(n->cursor).zone != ZONE_KERNEL)
		return;
	if (clang_Cursor_isMacroFunctionLike(n->cursor))
		report(n, R_MACRO, "function-like macro outside osxtd");
	else if (pastes_tokens(n->cursor))
		report(n, R_MACRO, "macro that pastes tokens outside osxtd");
}

static void check_named_call(const struct node *n)
{
	const char *name = text_of(clang_getCursorSpelling(n->cursor));
	static const char *const forbidden[] = { "alloca", "__builtin_alloca", "setjmp",
						 "longjmp" };
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
		if (strcmp(name, forbidden[i]) == 0)
			report(n, R_VLA, "call of %s", name);
	}
}

static void check_variadic(const struct node *n)
{
	CXType t = clang_getCursorType(n->cursor);
	bool is_va_list = strstr(text_of(clang_getTypeSpelling(t)), "va_list") != NULL;
	if (is_va_list || (is_function_pointer(t) && clang_isFunctionTypeVariadic(pointee(t))))
		report(n, R_VARARGS, "arguments whose number and types nobody checks");
}

/* What a .c file declares and does not define must be declared in a header, so that both sides of
 * the link see the same type. */
static void check_foreign(const struct node *n)
{
	enum CX_StorageClass storage = clang_Cursor_getStorageClass(n->cursor);
	bool is_function = n->kind == CXCursor_FunctionDecl;
	struct place at = expanded(n->cursor);
	if (storage == CX_SC_Static || n->fn || at.file != unit.main_file ||
	    is_macro_made(n->cursor) || (!is_function && storage != CX_SC_Extern))
		return;
	bool is_first = clang_equalCursors(clang_getCanonicalCursor(n->cursor), n->cursor);
	if (is_first && is_null(clang_getCursorDefinition(n->cursor)))
		report(n, R_LINKAGE, "%s is declared here, not in a header",
		       text_of(clang_getCursorSpelling(n->cursor)));
}

static void check_function(const struct node *n)
{
	if (clang_Cursor_isVariadic(n->cursor))
		report(n, R_VARARGS, "function with a variable number of arguments");
	if (clang_isCursorDefinition(n->cursor) && annotation(n->cursor, "tsa_off"))
		report(n, R_TSA_OFF, "the lock checker does not look into this function");
	check_foreign(n);
}

void rules_control(const struct node *n)
{
	switch (n->kind) {
	case CXCursor_VarDecl:
		check_foreign(n);
		check_variadic(n);
		break;
	case CXCursor_ParmDecl:
	case CXCursor_FieldDecl:
		check_variadic(n);
		break;
	case CXCursor_GotoStmt:
	case CXCursor_IndirectGotoStmt:
		report(n, R_GOTO, "goto");
		break;
	case CXCursor_FunctionDecl:
		check_function(n);
		break;
	case CXCursor_MacroDefinition:
		check_macro(n);
		break;
	case CXCursor_CallExpr:
		check_named_call(n);
		break;
	default:
		break;
	}
}
