/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

struct voice_ops {
	void (*say)(u32 n);
};
static struct voice_ops shared ops OWNER(boot); /* breach */
void set(const struct voice_ops *from)
{
	ops = *from;
}
