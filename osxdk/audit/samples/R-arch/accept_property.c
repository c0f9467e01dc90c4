/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

enum : usize { WORD_BYTES = sizeof(u64) };
usize word_bytes(void)
{
	return WORD_BYTES;
}
