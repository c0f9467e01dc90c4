/* SPDX-License-Identifier: MPL-2.0 */
/* image - where the kernel runs. */
#pragma once

#define HEAD_BYTES     4096
#define TEXT_OFFSET    0x200000	  /* from the start of RAM, which the firmware keeps */
#define KERNEL_ADDRESS 0x80200000 /* kernel.ld */
#define KERNEL_DOOR    16	  /* entry.S: boot_start_image */
