/* SPDX-License-Identifier: MPL-2.0 */
#include "arch/exec_arch.h"

#include <osxtd/user_ctx.h>

#include "abi/elf.h"

/* A bit for each single-letter extension: A, C, D, F, I, M; V where there are vector registers. */
enum : u64 { HWCAP_IMAFDC = 0x112d, HWCAP_V = 1 << 21 };

enum : u16 { EM_RISCV = 243 };

const struct exec_arch exec_arch = {
	.elf_machine = EM_RISCV,
	.hwcap2 = 0,
};

u64 exec_hwcap(void)
{
	return HWCAP_IMAFDC | (user_vector_size() != 0 ? (u64)HWCAP_V : 0);
}

u64 exec_signal_frame_bytes(void)
{
	enum : u64 { FRAME_BYTES = 832, EXTENSION_HEADERS = 16 };
	u64 vector = user_vector_size();
	return FRAME_BYTES + user_fpu_size() + (vector == 0 ? 0 : vector + EXTENSION_HEADERS);
}
