/* SPDX-License-Identifier: MPL-2.0 */
/* rules - the table of the profile's rules; reports and the book's index come from it. */
#include "audit.h"

#include <string.h>

const struct rule rules[RULE_COUNT] = {
	[R_ASM] = { "R-asm", "use osxtd's cpu, atomic and io_mem functions", true },
	[R_VOLATILE] = { "R-volatile", "use ATOMIC_TYPE or io_mem", true },
	[R_BUILTIN] = { "R-builtin", "use ckd_*, the atomic types or bytes of osxtd", true },
	[R_PTRARITH] = { "R-ptrarith", "use a span and its length", true },
	[R_INDEX] = { "R-index", "use array_at, span_get or a typed slice", true },
	[R_PTRCAST] = { "R-ptrcast", "use a typed container or T_of, the checked downcast", true },
	[R_VOIDP] = { "R-voidp", "pass the type itself, or an object and T_of", true },
	[R_INT2PTR] = { "R-int2ptr", "use a handle: uframe, uaddr, paddr, io_mem", true },
	[R_PTR2INT] = { "R-ptr2int", "compare or hash a number of the object's own", true },
	[R_UNION] = { "R-union", "use VARIANT of osxtd", true },
	[R_OPAQUE] = { "R-opaque", "call the type's functions", false },
	[R_FORGE] = { "R-forge", "start from {} or call the type's constructor", false },
	[R_POD] = { "R-pod", "make a wire struct of plain integers", true },
	[R_AFFINE] = { "R-affine", "use T_move, T_clone or T_drop", true },
	[R_BORROW] = { "R-borrow", "clone it into a SCOPED_REF, or borrow under the field's guard",
		       false },
	[R_RAWFIELD] = { "R-rawfield", "use T_ref, T_weak or an intrusive list", false },
	[R_GLOBAL] = { "R-global",
		       "move it into an owned object, or declare it `shared` with a lock class or "
		       "as an atomic",
		       true },
	[R_ADDRLOCAL] = { "R-addrlocal", "pass &local directly to the call that uses it", true },
	[R_INIT] = { "R-init", "give it a value: = {} or = 0", true },
	[R_FIELDCLASS] = { "R-fieldclass",
			   "add GUARDED(class), IMMUTABLE, ATOMIC_ONLY or OWNER(who)", true },
	[R_IMMUTABLE] = { "R-immutable", "write it in T_init or T_new only", true },
	[R_UNSAFE] = { "R-unsafe", "call a safe function of osxtd", true },
	[R_REASON] = { "R-reason", "say in numbered sentences why exactly this code is sound",
		       true },
	[R_MACRO] = { "R-macro", "write an inline function", false },
	[R_GOTO] = { "R-goto", "use scoped cleanup (SCOPED_REF, GUARD) and return", true },
	[R_VLA] = { "R-vla", "use a fixed array or SCOPED_BUF", true },
	[R_VARARGS] = { "R-varargs", "use FMT or LOG, whose arguments are typed", true },
	[R_INCLUDE] = { "R-include",
			"take a callback table from above, or move the declaration down", true },
	[R_ARCH] = { "R-arch", "move it to the folder of the architecture", true },
	[R_LINKAGE] = { "R-linkage", "include the header that declares it", false },
	[R_RECURSE] = { "R-recurse", "use a loop with a bounded stack of its own", true },
	[R_OPS] = { "R-ops", "put it into a const table named *_ops", false },
	[R_OVERFLOW] = { "R-overflow", "use ckd_add, ckd_sub or ckd_mul, or check it first",
			 false },
	[R_TSA_OFF] = { "R-tsa-off", "annotate the function with what it takes and holds", true },
	[R_PARSE] = { "R-parse", "make it compile", true },
};

enum rule_id rule_find(const char *id)
{
	for (int i = 0; i < RULE_COUNT; i++) {
		if (strcmp(rules[i].id, id) == 0)
			return (enum rule_id)i;
	}
	return RULE_COUNT;
}
