/* SPDX-License-Identifier: MPL-2.0 */
/* flags: -Wno-implicit-void-ptr-cast */
#include <osxtd/base.h>

u32 read_word(const void *p)
{
	const u32 *word = p; /* breach */
	return *word;
}
