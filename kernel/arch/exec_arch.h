/* SPDX-License-Identifier: MPL-2.0 */
/* exec_arch - what a program is told about the machine; each architecture's folder answers. */
#pragma once
#include <osxtd/base.h>
#include <osxtd/span.h>

struct exec_arch {
	u16 elf_machine;
	struct str platform; /* AT_PLATFORM; empty where there is none */
	u64 hwcap2;	     /* AT_HWCAP2 */
};
extern const struct exec_arch exec_arch;
/* AT_HWCAP. */
u64 exec_hwcap(void);
/* AT_MINSIGSTKSZ: what the largest signal frame takes. */
u64 exec_signal_frame_bytes(void);
