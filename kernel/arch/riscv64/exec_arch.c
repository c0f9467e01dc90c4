/* SPDX-License-Identifier: MPL-2.0 */
#include "arch/exec_arch.h"

#include <osxtd/vmspace.h>

#include "abi/elf.h"

/* A bit for each single-letter extension: A, C, D, F, I, M. */
enum : u64 { HWCAP_IMAFDC = 0x112d };

enum : u16 { EM_RISCV = 243 };

const struct exec_arch exec_arch = {
	.elf_machine = EM_RISCV,
	.hwcap2 = 0,
	.dynamic_base = VMSPACE_HIGH / 3 * 2 & ~(u64)(PAGE_SIZE - 1),
	.signal_frame_bytes = 832,
};

u64 exec_hwcap(void)
{
	return HWCAP_IMAFDC;
}
