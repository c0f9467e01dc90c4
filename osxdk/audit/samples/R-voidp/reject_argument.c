/* SPDX-License-Identifier: MPL-2.0 */
/* flags: -Wno-implicit-void-ptr-cast */
#include <osxtd/base.h>

u32 read_word(const u32 *p)
{
	return *p;
}
u32 read_any(const void *p)
{
	return read_word(p); /* breach */
}
