/* SPDX-License-Identifier: MPL-2.0 */
/*
 * boot_read - what a loader or firmware left in memory, read into boot_info.
 *
 * All of it is foreign and lies in memory that mm_init may hand out: it is copied, and each length
 * is checked against its container.
 *
 *   Context:  boot code before mm_init, also before kaslr_move.
 */
#pragma once
#include "boot_info.h"

/* Physical memory; empty when the range is not all within the boot tables' reach. */
struct cspan boot_physical(u64 address, u64 length);
/* The little-endian number of up to 8 bytes at off; 0 when it is not all within s. */
u64 boot_number(struct cspan s, u64 off, u32 bytes);
/* Copies the command line; what is too long for boot_info is cut. */
void boot_set_command_line(struct boot_info *b, struct str line);
/* The same from a physical address on, up to a zero. */
void boot_read_command_line(struct boot_info *b, u64 address);
/* An initial archive that is not wholly within reach is left out. */
void boot_set_initrd(struct boot_info *b, u64 start, u64 length);
