/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

enum : u16 { EM_RISCV = 243 }; /* breach */
