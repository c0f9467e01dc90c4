/* SPDX-License-Identifier: MPL-2.0 */
/* syscall_handlers - of <arch/syscall_entries.h>: no handlers of its own. */
#pragma once
