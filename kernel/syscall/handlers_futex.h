/* SPDX-License-Identifier: MPL-2.0 */
/* handlers_futex - futexes and robust lists. */
#pragma once
#include "syscall/syscall.h"

SYSCALL(futex);
SYSCALL(set_robust_list);
SYSCALL(get_robust_list);
