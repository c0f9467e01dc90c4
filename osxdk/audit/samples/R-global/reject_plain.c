/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

u32 calls; /* breach */
