/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/buf.h>

struct labels {
	const char *name;
	struct buf memory;
};
