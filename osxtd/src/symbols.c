/* SPDX-License-Identifier: MPL-2.0 */
/* symbols - see symbols.h. */
#include "symbols.h"

#include "mm/paging.h"

extern const char kernel_base[];

/* How many functions start at offset or below it: the last of those holds it. */
/* Element i of one of the table's arrays. */
static u32 entry(const struct osxtd_symtab *t, const u32 *array, u32 i)
{
	ASSERT(i < t->count);
	UNSAFE("1. the arrays are count long: tools/symtab.py makes and checks them")
	return array[i];
}

static u32 find(const struct osxtd_symtab *t, u64 offset)
{
	u32 low = 0, high = t->count;
	while (low < high) {
		u32 middle = low + (high - low) / 2;
		if (entry(t, t->offsets, middle) <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool symtab_find(const struct osxtd_symtab *t, u64 offset, struct str *name, u64 *into)
{
	u32 low = find(t, offset);
	if (low == 0)
		return false;
	UNSAFE("1. name offsets lie in the table's names, each of which ends in NUL")
	const char *text = t->names + entry(t, t->name_offs, low - 1);
	*name = str_of_cstr(text);
	*into = offset - entry(t, t->offsets, low - 1);
	return true;
}

enum code_part symbol_part(u64 ip)
{
	u64 base = address_of_(kernel_base), end = address_of_(kernel_text_end);
	if (ip < base || ip >= end)
		return CODE_FRAMEWORK;
	u32 low = find(&osxtd_symtab, ip - base);
	if (low == 0)
		return CODE_FRAMEWORK;
	UNSAFE("1. find answers at most count, and there is a part for each function")
	return (enum code_part)osxtd_symtab.parts[low - 1];
}

bool symbol_find(u64 ip, struct str *name, u64 *into)
{
	u64 base = address_of_(kernel_base), end = address_of_(kernel_text_end);
	return ip >= base && ip < end && symtab_find(&osxtd_symtab, ip - base, name, into);
}
