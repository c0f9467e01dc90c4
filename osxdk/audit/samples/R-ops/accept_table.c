/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

struct voice_ops {
	void (*say)(u32 n);
};
struct voice {
	const struct voice_ops *ops;
};
static void say(u32 n)
{
	(void)n;
}
const struct voice_ops loud = { .say = say };
void voice_say(const struct voice *v, u32 n)
{
	v->ops->say(n);
}
