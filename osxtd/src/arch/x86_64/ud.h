/* SPDX-License-Identifier: MPL-2.0 */
/* ud - which check of the compiler an undefined instruction stands for; private to the
 * architecture. */
#pragma once
#include <osxtd/base.h>

const char *ud_reason(u64 ip);
