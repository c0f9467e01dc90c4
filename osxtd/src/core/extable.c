/* SPDX-License-Identifier: MPL-2.0 */
/* extable - looking up fixups. */
#include "core/extable.h"

struct extable_entry {
	i32 fault, fixup;
};
extern const struct extable_entry __start___ex_table[], __stop___ex_table[];

u64 extable_find(u64 ip)
{
	UNSAFE("1. the linker script bounds the table")
	for (const struct extable_entry *e = __start___ex_table; e != __stop___ex_table; e++) {
		if (distance_target(&e->fault) == ip)
			return distance_target(&e->fixup);
	}
	return 0;
}
