/* SPDX-License-Identifier: MPL-2.0 */
/* patch - see patch.h. */
#include "patch.h"

#include "core/extable.h"

struct patch_site {
	i32 place;
	u32 last_byte;
};
extern const struct patch_site __start___patch_smap[], __stop___patch_smap[];

void patch_apply_smap(void)
{
	UNSAFE("1. the text is still writable; 2. each site is a three-byte no-op placed by "
	       "patch.h")
	for (const struct patch_site *s = __start___patch_smap; s != __stop___patch_smap; s++) {
		u8 *code = (u8 *)distance_target(&s->place);
		code[0] = 0x0f;
		code[1] = 0x01;
		code[2] = (u8)s->last_byte;
	}
}
