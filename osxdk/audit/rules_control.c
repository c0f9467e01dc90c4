/* SPDX-License-Identifier: MPL-2.0 */
/* rules_control - R-goto, R-varargs, R-macro. */
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

void rules_control(const struct node *n)
{
	switch (n->kind) {
	case CXCursor_GotoStmt:
	case CXCursor_IndirectGotoStmt:
		report(n, R_GOTO, "goto");
		break;
	case CXCursor_FunctionDecl:
		if (clang_Cursor_isVariadic(n->cursor))
			report(n, R_VARARGS, "function with a variable number of arguments");
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
