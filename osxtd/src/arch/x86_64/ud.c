/* SPDX-License-Identifier: MPL-2.0 */
/*
 * ud - trapping sanitizers are `ud1 kind(%eax), %eax` (67 0f b9 40 kind, or 67 0f b9 00), kCFI and
 * unreachable code `ud2` (0f 0b).
 *
 *   Spec:  clang's UndefinedBehaviorSanitizer, trap mode: the kind is the index of its
 * SanitizerHandler.
 */
#include "ud.h"

#include "backtrace.h"

static const char *const kinds[] = {
	"addition overflows",
	"unreachable code reached",
	"CFI check failed",
	"division overflows or by zero",
	"dynamic type mismatch",
	"float cast overflows",
	"function type mismatch",
	"implicit conversion loses value",
	"invalid builtin argument",
	"invalid cast",
	"invalid bool or enum value",
	"function ends without a value",
	"multiplication overflows",
	"negation overflows",
	"null argument",
	"null returned",
	"null argument",
	"null returned",
	"index out of bounds",
	"pointer overflows",
	"shift out of bounds",
	"subtraction overflows",
	"null or misaligned pointer",
	"alignment assumption failed",
	"array bound not positive",
	"bounds check failed",
};

const char *ud_reason(u64 ip)
{
	u64 code = 0;
	if (!kernel_peek(ip, &code))
		return "invalid instruction";
	if ((code & 0xbfffffff) == 0x00b90f67) {
		u64 kind = (code & 0x40000000) != 0 ? code >> 32 & 0xff : 0;
		return kind < array_len(kinds) ? array_at(kinds, kind) : "check failed";
	}
	if ((code & 0xffff) == 0x0b0f)
		return "indirect call of the wrong type, or unreachable code";
	return "invalid instruction";
}
