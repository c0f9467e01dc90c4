/* SPDX-License-Identifier: MPL-2.0 */
/* handlers_poll - waiting for descriptors. */
#pragma once
#include "syscall/syscall.h"

SYSCALL(poll);
SYSCALL(ppoll);
SYSCALL(select);
SYSCALL(pselect6);
