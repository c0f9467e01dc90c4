/* SPDX-License-Identifier: MPL-2.0 */
/* symbols - see symbols.h. */
#include "symbols.h"

#include <arch/paging.h>

extern const char kernel_base[];

/* How many functions start at offset or below it: the last of those holds it. */
UNSAFE("1. the table is sorted and as long as it says: the build checks it")
static u32 find(const struct osxtd_symtab *t, u64 offset)
{
	u32 low = 0, high = t->count;
	while (low < high) {
		u32 middle = low + (high - low) / 2;
		if (t->offsets[middle] <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

UNSAFE("1. the table is as long as it says: the build checks it; 2. names end in NUL")
bool symtab_find(const struct osxtd_symtab *t, u64 offset, struct str *name, u64 *into)
{
	u32 low = find(t, offset);
	if (low == 0)
		return false;
	*name = str_of_cstr(t->names + t->name_offs[low - 1]);
	*into = offset - t->offsets[low - 1];
	return true;
}

UNSAFE("1. the table is as long as it says: the build checks it; 2. addresses are numbers here")
enum code_part symbol_part(u64 ip)
{
	u64 base = (u64)kernel_base, end = (u64)kernel_text_end;
	if (ip < base || ip >= end)
		return CODE_FRAMEWORK;
	u32 low = find(&osxtd_symtab, ip - base);
	return low == 0 ? CODE_FRAMEWORK : (enum code_part)osxtd_symtab.parts[low - 1];
}

bool symbol_find(u64 ip, struct str *name, u64 *into)
{
	u64 base = (u64)kernel_base, end = (u64)kernel_text_end;
	return ip >= base && ip < end && symtab_find(&osxtd_symtab, ip - base, name, into);
}
