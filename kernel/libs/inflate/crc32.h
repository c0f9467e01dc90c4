/* SPDX-License-Identifier: MPL-2.0 */
/* crc32 - the checksum of gzip (ISO 3309, polynomial 0xedb88320 reflected).  Pure. */
#pragma once
#include <osxtd/span.h>

/* The checksum of what gave crc (0 for nothing) followed by s. */
u32 crc32_update(u32 crc, struct cspan s);
