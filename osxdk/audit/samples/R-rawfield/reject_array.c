/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

struct thing;
struct table {
	struct thing *slots[8]; /* breach */
};
