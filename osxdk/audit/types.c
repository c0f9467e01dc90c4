/* SPDX-License-Identifier: MPL-2.0 */
/* types - what a type may hold: pointers, owners, plain data. */
#include <string.h>

#include "ast.h"

bool is_pointer(CXType t)
{
	return clang_getCanonicalType(t).kind == CXType_Pointer;
}

bool is_integer(CXType t)
{
	enum CXTypeKind kind = clang_getCanonicalType(t).kind;
	return (kind >= CXType_Bool && kind <= CXType_Int128) || kind == CXType_Enum;
}

bool is_array(CXType t)
{
	enum CXTypeKind kind = clang_getCanonicalType(t).kind;
	return kind == CXType_ConstantArray || kind == CXType_IncompleteArray ||
	       kind == CXType_VariableArray;
}

CXType pointee(CXType t)
{
	return clang_getCanonicalType(clang_getPointeeType(clang_getCanonicalType(t)));
}

bool same_unqualified(CXType a, CXType b)
{
	return clang_equalTypes(clang_getUnqualifiedType(clang_getCanonicalType(a)),
				clang_getUnqualifiedType(clang_getCanonicalType(b)));
}

const char *struct_name(CXType t)
{
	CXCursor decl = record_of(t);
	if (clang_getCursorKind(decl) != CXCursor_StructDecl)
		return "";
	return text_of(clang_getCursorSpelling(decl));
}

CXCursor record_of(CXType t)
{
	t = clang_getCanonicalType(t);
	while (is_array(t))
		t = clang_getCanonicalType(clang_getArrayElementType(t));
	CXCursor decl = clang_getTypeDeclaration(t);
	CXCursor definition = clang_getCursorDefinition(decl);
	return is_null(definition) ? decl : definition;
}

static enum CXVisitorResult first_field(CXCursor field, CXClientData data)
{
	*(CXCursor *)data = field;
	return CXVisit_Break;
}

bool is_object(CXType t)
{
	while (strcmp(struct_name(t), "object") != 0) {
		CXCursor first = clang_getNullCursor();
		clang_Type_visitFields(clang_getCanonicalType(t), first_field, &first);
		if (is_null(first))
			return false;
		t = clang_getCursorType(first);
	}
	return true;
}

static enum CXVisitorResult first_field_is_private(CXCursor field, CXClientData data)
{
	*(bool *)data = text_of(clang_getCursorSpelling(field))[0] == '_';
	return CXVisit_Break;
}

bool is_opaque(CXType t)
{
	t = clang_getCanonicalType(t);
	CXCursor decl = clang_getTypeDeclaration(t);
	bool private = false;
	if (clang_getCursorKind(decl) != CXCursor_StructDecl)
		return false;
	clang_Type_visitFields(t, first_field_is_private, &private);
	return private;
}

bool is_affine(CXType t)
{
	return annotation(clang_getTypeDeclaration(clang_getCanonicalType(t)), "affine") != NULL;
}

static enum CXVisitorResult field_holds_affine(CXCursor field, CXClientData data)
{
	bool *holds = data;
	*holds = holds_affine(clang_getCursorType(field));
	return *holds ? CXVisit_Break : CXVisit_Continue;
}

bool holds_affine(CXType t)
{
	t = clang_getCanonicalType(t);
	if (t.kind == CXType_ConstantArray)
		return holds_affine(clang_getArrayElementType(t));
	if (t.kind != CXType_Record)
		return false;
	if (is_affine(t))
		return true;
	bool holds = false;
	clang_Type_visitFields(t, field_holds_affine, &holds);
	return holds;
}

static enum CXVisitorResult field_is_plain(CXCursor field, CXClientData data)
{
	bool *plain = data;
	*plain = is_plain_data(clang_getCursorType(field));
	return *plain ? CXVisit_Continue : CXVisit_Break;
}

/* Wire types of the framework are integers in a struct: they are plain although their field is
 * private. */
bool is_plain_data(CXType t)
{
	t = clang_getCanonicalType(t);
	if (t.kind == CXType_ConstantArray || t.kind == CXType_IncompleteArray)
		return is_plain_data(clang_getArrayElementType(t));
	if (t.kind == CXType_Record) {
		bool plain = annotation(clang_getTypeDeclaration(t), "affine") == NULL;
		if (plain)
			clang_Type_visitFields(t, field_is_plain, &plain);
		return plain;
	}
	return t.kind > CXType_Bool && t.kind <= CXType_Int128;
}

bool is_function_pointer(CXType t)
{
	return is_pointer(t) && (pointee(t).kind == CXType_FunctionProto ||
				 pointee(t).kind == CXType_FunctionNoProto);
}

bool is_volatile_anywhere(CXType t)
{
	for (;;) {
		t = clang_getCanonicalType(t);
		if (clang_isVolatileQualifiedType(t))
			return true;
		if (is_pointer(t))
			t = pointee(t);
		else if (is_array(t))
			t = clang_getArrayElementType(t);
		else
			return false;
	}
}
