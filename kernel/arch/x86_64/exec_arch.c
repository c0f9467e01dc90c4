/* SPDX-License-Identifier: MPL-2.0 */
#include "arch/exec_arch.h"

#include <osxtd/user_ctx.h>

#include "abi/elf.h"

/* CPUID.1:EDX of every x86-64 CPU: what the ABI's baseline promises; programs ask CPUID for more.
 */
enum : u64 { HWCAP_BASELINE = 0x078bfbff };

enum : u16 { EM_X86_64 = 62 };

const struct exec_arch exec_arch = {
	.elf_machine = EM_X86_64,
	.platform = STR("x86_64"),
	.hwcap2 = 0,
};

u64 exec_hwcap(void)
{
	return HWCAP_BASELINE;
}

u64 exec_signal_frame_bytes(void)
{
	enum : u64 { WITHOUT_FPU = 1024 };
	return WITHOUT_FPU + user_fpu_size();
}
