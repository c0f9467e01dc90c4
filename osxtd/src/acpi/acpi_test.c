/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/ktest.h>

#include "acpi/acpi_s5.h"

KTEST(acpi, s5_is_read_from_the_dsdt)
{
	static const u8 good[] = { 0,	 0x08, '_',  'S',  '5',	 '_',  0x12,
				   0x06, 0x04, 0x0a, 0x05, 0x01, 0x00, 0x00 };
	static const u8 cut[] = { 0, 0x08, '_', 'S', '5', '_', 0x12, 0x06, 0x04, 0x0a };
	static const u8 method[] = { 0,	   0x14, '_',  'S',  '5',  '_',	 0x12,
				     0x06, 0x04, 0x00, 0x00, 0x01, 0x00, 0x00 };
	static const u8 huge[] = { 0, 0x08, '_', 'S', '5', '_', 0x12, 0xff, 0x04, 0x00 };
	u8 a = 0, b = 0;
	EXPECT(acpi_find_s5((struct cspan){ good, sizeof(good) }, &a, &b) && a == 5 && b == 1);
	EXPECT(!acpi_find_s5((struct cspan){ cut, sizeof(cut) }, &a, &b));
	EXPECT(!acpi_find_s5((struct cspan){ method, sizeof(method) }, &a, &b));
	EXPECT(!acpi_find_s5((struct cspan){ huge, sizeof(huge) }, &a, &b));
	EXPECT(!acpi_find_s5((struct cspan){}, &a, &b));
}
