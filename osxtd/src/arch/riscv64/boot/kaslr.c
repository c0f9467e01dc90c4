/* SPDX-License-Identifier: MPL-2.0 */
/* kaslr - where the image runs: as yet where it was linked. */
#include <arch/paging.h>

#include "arch/riscv64/boot/boot.h"

u64 shared kernel_slide;

u64 kaslr_move(void)
{
	return 0;
}
