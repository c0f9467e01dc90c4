/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

static void say(u32 n)
{
	(void)n;
}
void speak(u32 n)
{
	void (*how)(u32) = say; /* breach */
	how(n);			/* breach */
}
