/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

unsafe_fn void poke(u64 where, u32 what);
void reset(bool really)
{
	if (!really)
		return;
	UNSAFE("1. word 64 is this device's own reset register, which takes any value")
	{
		poke(64, 1);
	}
}
