/* SPDX-License-Identifier: MPL-2.0 */
/* ud - which check of the compiler a breakpoint or an illegal instruction stands for; private to
 * the architecture. */
#pragma once
#include "trap.h"

const char *ud_reason(const struct trap_frame *f);
