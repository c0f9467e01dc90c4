/* SPDX-License-Identifier: MPL-2.0 */
/*
 * pvh - what the loader leaves: hvm_start_info and what it points at; private to boot code.
 *
 *   Context:  before mm_init.
 *   Spec:     Xen public/arch-x86/hvm/start_info.h.
 */
#pragma once
#include <osxtd/span.h>

enum : u32 { START_MAGIC = 0x336ec578 };

struct start_info {
	u32 magic, version, flags, module_count;
	u64 modules, command_line, rsdp, memory_map;
	u32 memory_map_count, reserved;
};

/* Physical memory below 4 GiB; empty when the range does not lie there. */
struct cspan boot_physical(u64 address, u64 length);

/*
 * Chooses where the kernel's image shall run, maps it there too, and changes all addresses that it
 * holds.  Returns how far it moves: 0 with `nokaslr`, or when the image has no table of its
 * addresses.
 *
 * Called by pvh.S at the addresses that the image was linked for, which stay mapped until
 * paging_init; what it stored before it returns must not hold addresses.
 */
u64 kaslr_move(u64 start_info);
