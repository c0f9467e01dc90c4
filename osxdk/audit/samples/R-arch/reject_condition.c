/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

#ifdef __x86_64__ /* breach */
enum { IS_LITTLE = 1 };
#endif
