/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

union value { /* breach */
	u64 number;
	u8 bytes[8];
};
