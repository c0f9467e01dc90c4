/* SPDX-License-Identifier: MPL-2.0 */
/* acpi_s5 - the values that \_S5 names in a DSDT, without an AML interpreter. */
#pragma once
#include <osxtd/span.h>

/* False when there is no \_S5 package of two constants at least. */
bool acpi_find_s5(struct cspan dsdt, u8 *type_a, u8 *type_b);
