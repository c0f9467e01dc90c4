/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

struct cache {
	u8 *memory; /* breach */
};
