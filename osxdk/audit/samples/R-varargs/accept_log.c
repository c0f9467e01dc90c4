/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/log.h>

void say(u32 n)
{
	LOG(INFO, "sample: {} times", n);
}
