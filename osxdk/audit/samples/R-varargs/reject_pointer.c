/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

struct voice_ops {
	void (*say)(const char *format, ...); /* breach */
};
