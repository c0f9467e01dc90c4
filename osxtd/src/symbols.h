/* SPDX-License-Identifier: MPL-2.0 */
/* symbols - the kernel's own function names, for reports; private to OSXTD. */
#pragma once
#include <osxtd/span.h>

/* The table that tools/symtab.py makes; sorted by offset. */
struct osxtd_symtab {
	u32 count;
	const u32 *offsets;   /* from kernel_base */
	const u32 *name_offs; /* into names */
	const char *names;    /* each ends in NUL */
};
extern const struct osxtd_symtab osxtd_symtab;

/* The function that holds base + offset by table t, and how far into it; false when there is none.
 */
bool symtab_find(const struct osxtd_symtab *t, u64 offset, struct str *name, u64 *into);
/* The function of the kernel that holds ip. */
bool symbol_find(u64 ip, struct str *name, u64 *into);
