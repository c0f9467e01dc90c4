/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

u32 read_word(const u32 *p)
{
	return *p;
}
