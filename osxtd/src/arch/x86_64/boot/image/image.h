/* SPDX-License-Identifier: MPL-2.0 */
/* image - where things lie in the file that Linux's boot protocol and EFI load, and in memory
 * behind it. */
#pragma once

#define SETUP_SECTORS  16 /* of 512 bytes, the boot sector's place included */
#define SETUP_BYTES    (SETUP_SECTORS * 512)
#define LOAD_ADDRESS   0x100000	      /* of what stands behind the setup */
#define KERNEL_ADDRESS 0x200000	      /* where the kernel's image runs: kernel.ld */
#define ENTRY_32       KERNEL_ADDRESS /* entry.S: image_entry_32, image_entry_64 */
#define ENTRY_64       (KERNEL_ADDRESS + 16)
