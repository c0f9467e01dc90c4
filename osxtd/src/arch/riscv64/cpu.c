/* SPDX-License-Identifier: MPL-2.0 */
/* cpu - the blocks of the CPUs, and what programs may know of them. */
#include "cpu_area.h"

#include <osxtd/boot.h>

#include "platform.h"
#include "sbi.h"

enum : u32 { OVERFLOW_STACK = 8192 };

struct cpu_area shared cpu_areas[CPU_MAX];
static u8 shared overflow_stack[OVERFLOW_STACK] OWNER(boot) __attribute__((aligned(16)));

void cpu_prepare(u32 cpu, u64 overflow_end)
{
	struct cpu_local *c = &array_at(cpu_areas, cpu).local;
	*c = (struct cpu_local){ .cpu_id = cpu, .overflow_sp = overflow_end };
}

void cpu_init(void)
{
	struct cpu_local *c = &cpu_areas[0].local;
	c->overflow_sp = address_of_(overflow_stack) + OVERFLOW_STACK;
}

void boot_cpu_info(u32 cpu, struct cpu_info *out)
{
	enum : u64 { GET_VENDOR = 4, GET_ARCH = 5, GET_IMPLEMENTATION = 6 };
	(void)cpu; /* all CPUs are of one kind */
	*out = (struct cpu_info){
		.frequency_hz = platform.timebase_hz,
		.vendor_id = sbi_call(SBI_BASE, GET_VENDOR, 0, 0).value,
		.arch_id = sbi_call(SBI_BASE, GET_ARCH, 0, 0).value,
		.implementation_id = sbi_call(SBI_BASE, GET_IMPLEMENTATION, 0, 0).value,
	};
	span_copy(span_of(out->model_name), cspan_of(platform.isa));
}

struct str boot_machine(void)
{
	return STR("riscv64");
}
