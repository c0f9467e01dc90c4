/* SPDX-License-Identifier: MPL-2.0 */
/* symbols - the kernel's own function names, for reports; private to OSXTD. */
#pragma once
#include <osxtd/span.h>

/* Whose code a function is; what nobody knows is the framework's. */
enum code_part : u8 {
	CODE_KERNEL,	/* the kernel's, or a function of the library in its name */
	CODE_FRAMEWORK, /* OSXTD's: what it does must be done to its end */
	CODE_LEAVABLE,	/* OSXTD's, but it holds nothing while it calls the kernel: leavable.txt */
};

/* The table that tools/symtab.py makes; sorted by offset. */
struct osxtd_symtab {
	u32 count;
	const u32 *offsets;   /* from kernel_base */
	const u32 *name_offs; /* into names */
	const char *names;    /* each ends in NUL */
	const u8 *parts;      /* enum code_part */
};
extern const struct osxtd_symtab osxtd_symtab;

/* The function that holds base + offset by table t, and how far into it; false when there is none.
 */
bool symtab_find(const struct osxtd_symtab *t, u64 offset, struct str *name, u64 *into);
/* Whose code stands at ip. */
enum code_part symbol_part(u64 ip);
/* The function of the kernel that holds ip. */
bool symbol_find(u64 ip, struct str *name, u64 *into);
