/* SPDX-License-Identifier: MPL-2.0 */
/* protocols - numbers of the boot protocols, for entry.S and handover.h. */
#pragma once

#define HANDOVER_PVH	    1
#define HANDOVER_LINUX	    2
#define HANDOVER_MULTIBOOT2 3

#define MULTIBOOT2_HEADER_MAGIC 0xe85250d6
#define MULTIBOOT2_MAGIC	0x36d76289
