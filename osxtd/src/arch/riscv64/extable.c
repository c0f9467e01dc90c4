/* SPDX-License-Identifier: MPL-2.0 */
/* extable - looking up fixups. */
#include "extable.h"

struct extable_entry {
	i32 fault, fixup;
};
extern const struct extable_entry __start___ex_table[], __stop___ex_table[];

/* The address that a distance stored at itself means. */
ALWAYS_INLINE u64 target(const i32 *distance)
{
	UNSAFE("1. an address in the kernel's image, by the assembler")
	return wrap_add((u64)distance, (u64)(i64)*distance);
}

u64 extable_find(u64 ip)
{
	UNSAFE("1. the linker script bounds the table")
	for (const struct extable_entry *e = __start___ex_table; e != __stop___ex_table; e++) {
		if (target(&e->fault) == ip)
			return target(&e->fixup);
	}
	return 0;
}
