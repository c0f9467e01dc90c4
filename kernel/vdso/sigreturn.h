/* SPDX-License-Identifier: MPL-2.0 */
/* sigreturn - where in the image a signal handler returns to, on architectures without a restorer:
 * vdso.ld puts the code there. */
#pragma once
#include <osxtd/base.h>

enum : u64 { VDSO_SIGRETURN = 0x800 };
