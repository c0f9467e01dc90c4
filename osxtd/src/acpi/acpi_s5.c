/* SPDX-License-Identifier: MPL-2.0 */
/* acpi_s5 - see acpi_s5.h.  Spec: ACPI 6.5, 20.2.2 (names), 20.2.4 (PkgLength), 20.2.5.4
 * (DefPackage). */
#include "acpi/acpi_s5.h"

enum : u8 {
	AML_ZERO = 0x00,
	AML_ONE = 0x01,
	AML_NAME = 0x08,
	AML_BYTE = 0x0a,
	AML_WORD = 0x0b,
	AML_DWORD = 0x0c,
	AML_PACKAGE = 0x12,
};
enum : u32 { NAME_S5 = 0x5f35535f /* "_S5_" */ };

/* A constant's low byte, and how long its encoding is; 0 when it is none. */
static usize constant(struct cspan s, u8 *v)
{
	u8 bytes[2] = {};
	if (cspan_len(s) == 0)
		return 0;
	bytes[0] = cspan_get(s, 0);
	if (cspan_len(s) > 1)
		bytes[1] = cspan_get(s, 1);
	switch (bytes[0]) {
	case AML_ZERO:
	case AML_ONE:
		*v = bytes[0];
		return 1;
	case AML_BYTE:
		*v = bytes[1];
		return 2;
	case AML_WORD:
		*v = bytes[1];
		return 3;
	case AML_DWORD:
		*v = bytes[1];
		return 5;
	default:
		return 0;
	}
}

/* s follows the name. */
static bool read_package(struct cspan s, u8 *type_a, u8 *type_b)
{
	if (cspan_len(s) < 3 || cspan_get(s, 0) != AML_PACKAGE)
		return false;
	usize length_bytes = 1 + (cspan_get(s, 1) >> 6);
	struct cspan elements = {};
	/* opcode, length, number of elements */
	if (!cspan_try_sub(s, 0, 2 + length_bytes, &elements) || cspan_get(s, 1 + length_bytes) < 2)
		return false;
	elements = cspan_from(s, 2 + length_bytes);
	usize first = constant(elements, type_a);
	if (first == 0 || first >= cspan_len(elements))
		return false;
	return constant(cspan_from(elements, first), type_b) != 0;
}

bool acpi_find_s5(struct cspan dsdt, u8 *type_a, u8 *type_b)
{
	u32 window = 0;
	for (usize i = 0; i < cspan_len(dsdt); i++) {
		window = window >> 8 | (u32)cspan_get(dsdt, i) << 24;
		if (window != NAME_S5 || i < 4)
			continue;
		u8 before = cspan_get(dsdt, i - 4);
		bool named = before == AML_NAME ||
			     (before == '\\' && i >= 5 && cspan_get(dsdt, i - 5) == AML_NAME);
		if (named && read_package(cspan_from(dsdt, i + 1), type_a, type_b))
			return true;
	}
	return false;
}
