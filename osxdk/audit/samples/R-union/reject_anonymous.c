/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

struct value {
	bool is_number;
	union { /* breach */
		u64 number;
		u8 bytes[8];
	};
};
