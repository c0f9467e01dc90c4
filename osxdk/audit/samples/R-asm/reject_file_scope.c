/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

__asm__(".globl door"); /* breach */
