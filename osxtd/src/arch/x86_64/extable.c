/* SPDX-License-Identifier: MPL-2.0 */
/* extable - looking up fixups, and the patch sites that work the same way. */
#include "extable.h"

#include <osxtd/base.h>

#include "patch.h"

struct extable_entry {
	i32 fault, fixup;
};
extern const struct extable_entry __start___ex_table[], __stop___ex_table[];

struct patch_site {
	i32 place;
	u32 last_byte;
};
extern const struct patch_site __start___patch_smap[], __stop___patch_smap[];

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

void patch_apply_smap(void)
{
	UNSAFE("1. the text is still writable; 2. each site is a three-byte no-op placed by "
	       "patch.h")
	for (const struct patch_site *s = __start___patch_smap; s != __stop___patch_smap; s++) {
		u8 *code = (u8 *)target(&s->place);
		code[0] = 0x0f;
		code[1] = 0x01;
		code[2] = (u8)s->last_byte;
	}
}
