/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

const u32 *nothing(void)
{
	const u32 *word = nullptr;
	return word;
}
