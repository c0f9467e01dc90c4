/* SPDX-License-Identifier: MPL-2.0 */
/*
 * cpu_show - the texts below /sys/devices/system/cpu.  Spec: Linux's
 * Documentation/admin-guide/cputopology.rst.
 */
#include <osxtd/cpu.h>

#include "fs/sysfs/show.h"

static u64 all_cpus(void)
{
	return UINT64_MAX >> (CPU_MAX - cpu_count());
}

void sys_put_list(struct text *t, u64 mask)
{
	bool is_first = true;
	for (u32 i = 0; i < CPU_MAX; i++) {
		u32 start = i;
		while (i < CPU_MAX && (mask >> i & 1) != 0)
			i++;
		if (i == start)
			continue;
		FMT(t, "{}{}", is_first ? STR("") : STR(","), start);
		if (i - start > 1)
			FMT(t, "-{}", i - 1);
		is_first = false;
	}
}

void sys_put_mask(struct text *t, u64 mask, u32 bits)
{
	enum : u32 { BITS = 4, DIGITS_OF_GROUP = 8 };
	for (u32 digit = (bits + BITS - 1) / BITS; digit-- > 0;) {
		FMT(t, "{x}", mask >> (digit * BITS) & 0xf);
		if (digit != 0 && digit % DIGITS_OF_GROUP == 0)
			text_put_char(t, ',');
	}
}

static void show_list(u64 mask, struct text *t)
{
	sys_put_list(t, mask);
	text_put_char(t, '\n');
}

static void show_mask(u64 mask, struct text *t)
{
	sys_put_mask(t, mask, cpu_count());
	text_put_char(t, '\n');
}

void show_all_cpus(u32 number, struct text *t)
{
	(void)number;
	show_list(all_cpus(), t);
}

void show_all_cpus_mask(u32 number, struct text *t)
{
	(void)number;
	show_mask(all_cpus(), t);
}

void show_no_cpus(u32 number, struct text *t)
{
	(void)number;
	show_list(0, t);
}

void show_kernel_max(u32 number, struct text *t)
{
	(void)number;
	FMT(t, "{}\n", CPU_MAX - 1);
}

void show_package_id(u32 number, struct text *t)
{
	(void)number;
	text_put(t, STR("0\n"));
}

void show_cpu_number(u32 number, struct text *t)
{
	FMT(t, "{}\n", number);
}

void show_cpu_list(u32 number, struct text *t)
{
	show_list((u64)1 << number, t);
}

void show_cpu_mask(u32 number, struct text *t)
{
	show_mask((u64)1 << number, t);
}
