/* SPDX-License-Identifier: MPL-2.0 */
/* cpu - the blocks of the CPUs, and what programs may know of them. */
#include <osxtd/cpu.h>

#include <osxtd/cpu.h>
#include <osxtd/boot.h>

#include "platform.h"
#include "sbi.h"

enum : u32 { OVERFLOW_STACK = 8192 };

/* Everything of one CPU; the entry code's first instructions know no more than the place of the
 * first.  Debuggers read them by these names on each architecture. */
struct cpu_area {
	struct cpu_local local;
};
struct cpu_area shared cpu_areas[CPU_MAX];
static u8 shared overflow_stacks[1][OVERFLOW_STACK] OWNER(boot) __attribute__((aligned(16)));

u32 cpu_count(void)
{
	return 1;
}

void cpu_kick(u32 cpu)
{
	(void)cpu; /* no other CPU runs yet */
}

void cpu_init(u32 id)
{
	struct cpu_local *c = &array_at(cpu_areas, id).local;
	c->cpu_id = id;
	c->overflow_sp = address_of_(array_at(overflow_stacks, id)) + OVERFLOW_STACK;
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
