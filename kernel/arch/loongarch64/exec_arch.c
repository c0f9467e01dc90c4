/* SPDX-License-Identifier: MPL-2.0 */
#include "arch/exec_arch.h"

#include <osxtd/user_ctx.h>

#include "abi/elf.h"

enum : u16 { EM_LOONGARCH = 258 };

const struct exec_arch exec_arch = {
	.elf_machine = EM_LOONGARCH,
	.platform = STR("loongarch"),
	.hwcap2 = 0,
};

u64 exec_hwcap(void)
{
	return user_hwcap();
}

u64 exec_signal_frame_bytes(void)
{
	enum : u64 { WITHOUT_FPU = 640 };
	return WITHOUT_FPU + user_fpu_size();
}
