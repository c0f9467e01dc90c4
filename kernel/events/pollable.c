/* SPDX-License-Identifier: MPL-2.0 */
#include "events/pollable.h"

static void pollable_fini(struct pollable *p)
{
	(void)p;
}
OBJECT_BASE(pollable, pollable_fini);
