/* SPDX-License-Identifier: MPL-2.0 */
/* ast - small questions to libclang's cursors and types. */
#pragma once
#include "audit.h"

/* Copies a CXString and disposes of it; the copy is never freed (a worker is short-lived). */
const char *text_of(CXString s);
bool starts_with(const char *s, const char *prefix);
bool ends_with(const char *s, const char *suffix);
/* A string that lives as long as the process, one copy of each. */
const char *intern(const char *s);

/* ---- cursors ---- */
CXCursor nth_child(CXCursor c, unsigned n); /* null cursor when there is none */
/* The first child that is an expression: for casts, whose type comes first. */
CXCursor operand(CXCursor cast);
/* c without implicit casts and parentheses around it. */
CXCursor strip(CXCursor c);
bool is_null(CXCursor c);
/* The annotation of c that begins with `name` (to its end or to ':'): its text behind the colon, ""
 * without one, null when c has none.  Looks at every declaration of a function. */
const char *annotation(CXCursor c, const char *name);
/* What guards a field or a shared variable: GUARDED, IMMUTABLE, ATOMIC_ONLY or OWNER.  Null:
 * nothing. */
const char *field_class(CXCursor field);
/* A variable whose declaration is the body of a framework macro: the framework answers for its
 * form. */
bool is_macro_made(CXCursor c);
/* A variable or parameter of a function, not static. */
bool is_local(CXCursor decl);
/* The value of a constant expression. */
bool constant_value(CXCursor c, long long *out);
/* n's nearest ancestor that is no parenthesis and no implicit cast. */
const struct node *real_parent(const struct node *n);

/* ---- types ---- */
bool is_pointer(CXType t);
bool is_integer(CXType t);
bool is_array(CXType t);
CXType pointee(CXType t);
bool same_unqualified(CXType a, CXType b);
/* "name" of a `struct name`, "" for everything else. */
const char *struct_name(CXType t);
/* The declaration of a struct or union, the element's for an array. */
CXCursor record_of(CXType t);
/* An object of the framework: begins with its header, or with a struct that does. */
bool is_object(CXType t);
/* A struct of the framework that begins with a private field. */
bool is_opaque(CXType t);
/* Owns something: annotated AFFINE. */
bool is_affine(CXType t);
/* AFFINE itself or holds an AFFINE field by value. */
bool holds_affine(CXType t);
/* Nothing but integers, all the way down. */
bool is_plain_data(CXType t);
bool is_function_pointer(CXType t);
bool is_volatile_anywhere(CXType t);
