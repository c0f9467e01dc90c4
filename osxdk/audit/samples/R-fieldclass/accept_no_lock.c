/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

struct pair {
	u32 a, b;
};
