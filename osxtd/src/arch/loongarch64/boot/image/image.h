/* SPDX-License-Identifier: MPL-2.0 */
/* image - where the kernel runs. */
#pragma once

#define HEAD_BYTES     4096
#define KERNEL_ADDRESS 0x200000 /* kernel.ld */
