// SPDX-License-Identifier: MPL-2.0
/*
 * check - trapping sanitizers and unreachable code are `ud 0`, kCFI is `break 0`.
 *
 * `ud 0` is an atomic exchange with the word at address 0, which the manual forbids because of its
 * registers.  CPUs that execute it (QEMU's) find nothing mapped there: the fault counts as well.
 *
 *   Spec:  LoongArch Reference Manual volume 1, 2.2.7.1.
 */
#include "check.h"

#include "backtrace.h"

enum : u32 { BREAK_0 = 0x002a0000, UD_0 = 0x38600400 };

const char *check_reason(u64 ip)
{
	u64 word = 0;
	if ((ip & 3) != 0 || !kernel_peek(ip & ~(u64)7, &word))
		return nullptr;
	u32 code = (u32)(word >> ((ip & 4) * 8));
	if (code == UD_0)
		return "a check of the compiler failed";
	if (code == BREAK_0)
		return "indirect call of the wrong type, or unreachable code";
	return nullptr;
}
