/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/lock.h>

LOCK_CLASS(sample_voice, spin);
struct voice_ops {
	void (*say)(u32 n);
};
static void say(u32 n) HOLDS(sample_voice);
static void say(u32 n)
{
	(void)n;
}
const struct voice_ops loud = { .say = say }; /* breach */
