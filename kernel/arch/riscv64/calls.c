/* SPDX-License-Identifier: MPL-2.0 */
/*
 * calls - the system calls that riscv64 alone has: riscv_hwprobe and riscv_flush_icache.
 *
 * What is answered of extensions is what the kernel itself knows: those of single letters.  The
 * rest is said to be absent or unknown, which programs take for slow, not for wrong.
 *
 *   Spec:  Linux Documentation/arch/riscv/hwprobe.rst.
 */
#include <arch/syscall_handlers.h>
#include <osxtd/boot.h>
#include <osxtd/cpu.h>
#include <osxtd/task.h>
#include <osxtd/user_ctx.h>
#include <osxtd/vmspace.h>

#include "arch/exec_arch.h"

enum : u64 { WHICH_CPUS = 1, FLUSH_LOCAL = 1 };

enum probe_key : i64 {
	KEY_VENDOR,
	KEY_ARCH,
	KEY_IMPLEMENTATION,
	KEY_BASE_BEHAVIOR,
	KEY_EXTENSIONS,
	KEY_MISALIGNED,
	KEY_ZICBOZ_BLOCK,
	KEY_HIGHEST_ADDRESS,
	KEY_TIME_HZ,
	KEYS,
};
enum : u64 { BASE_IMA = 1 << 0, EXT_FD = 1 << 0, EXT_C = 1 << 1, EXT_V = 1 << 2 };

struct probe_pair {
	i64 key;
	u64 value;
};

static u64 extensions(void)
{
	return EXT_FD | EXT_C | (user_vector_size() != 0 ? (u64)EXT_V : 0);
}

/* All CPUs are of one kind. */
static u64 value_of(i64 key, const struct cpu_info *cpu)
{
	switch (key) {
	case KEY_VENDOR:
		return cpu->vendor_id;
	case KEY_ARCH:
		return cpu->arch_id;
	case KEY_IMPLEMENTATION:
		return cpu->implementation_id;
	case KEY_BASE_BEHAVIOR:
		return BASE_IMA;
	case KEY_EXTENSIONS:
		return extensions();
	case KEY_HIGHEST_ADDRESS:
		return VMSPACE_HIGH;
	case KEY_TIME_HZ:
		return cpu->frequency_hz;
	default:
		return 0;
	}
}

static bool is_known(i64 key)
{
	return key >= 0 && key < KEYS;
}

static struct uaddr pair_address(const struct sysargs *a, u64 i)
{
	return uaddr_add(uaddr_of(a->a0), wrap_mul(i, sizeof(struct probe_pair)));
}

static u64 online(void)
{
	return cpu_count() >= 64 ? UINT64_MAX : ((u64)1 << cpu_count()) - 1;
}

static err_t read_cpus(const struct sysargs *a, u64 *cpus)
{
	usize len = min_of((usize)a->a2, sizeof(*cpus));
	return user_read(uaddr_of(a->a3), span_sub((struct span)span_of(*cpus), 0, len));
}

static err_t probe_values(const struct sysargs *a, const struct cpu_info *cpu)
{
	u64 cpus = online();
	if (a->a4 != 0)
		return ERR_INVAL;
	if (a->a2 != 0 || a->a3 != 0) {
		cpus = 0;
		TRY(read_cpus(a, &cpus));
		if ((cpus & online()) == 0)
			return ERR_INVAL;
	}
	for (u64 i = 0; i < a->a1; i++) {
		struct probe_pair p = {};
		TRY(user_get(pair_address(a, i), &p));
		p = is_known(p.key) ? (struct probe_pair){ p.key, value_of(p.key, cpu) }
				    : (struct probe_pair){ -1, 0 };
		TRY(user_put(pair_address(a, i), &p));
		if (task_pause(TASK_INTR_KILL))
			return ERR_INTR;
	}
	return OK;
}

static bool has_value(const struct probe_pair *wanted, const struct cpu_info *cpu)
{
	u64 v = value_of(wanted->key, cpu);
	bool is_mask = wanted->key >= KEY_BASE_BEHAVIOR && wanted->key <= KEY_MISALIGNED;
	return is_mask ? (v & wanted->value) == wanted->value : v == wanted->value;
}

/* Which of the CPUs asked for, of all when none is, have all the values. */
static err_t probe_cpus(const struct sysargs *a, const struct cpu_info *cpu)
{
	u64 cpus = 0;
	bool is_any = true;
	if (a->a4 != WHICH_CPUS || a->a2 == 0 || a->a3 == 0)
		return ERR_INVAL;
	TRY(read_cpus(a, &cpus));
	if (cpus == 0)
		cpus = online();
	cpus &= online();
	for (u64 i = 0; i < a->a1; i++) {
		struct probe_pair p = {};
		TRY(user_get(pair_address(a, i), &p));
		if (!is_known(p.key)) {
			p = (struct probe_pair){ -1, 0 };
			is_any = false;
			TRY(user_put(pair_address(a, i), &p));
		}
		is_any = is_any && has_value(&p, cpu);
		if (task_pause(TASK_INTR_KILL))
			return ERR_INTR;
	}
	if (!is_any)
		cpus = 0;
	usize len = min_of((usize)a->a2, sizeof(cpus));
	return user_write(uaddr_of(a->a3), cspan_sub((struct cspan)cspan_of(cpus), 0, len));
}

err_t sys_riscv_hwprobe(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct cpu_info cpu = {};
	(void)self;
	(void)ret;
	boot_cpu_info(0, &cpu);
	return (a->a4 & WHICH_CPUS) != 0 ? probe_cpus(a, &cpu) : probe_values(a, &cpu);
}

/* The range is a hint that the instruction cannot use. */
err_t sys_riscv_flush_icache(struct thread *self, const struct sysargs *a, i64 *ret)
{
	(void)self;
	(void)ret;
	if ((a->a2 & ~(u64)FLUSH_LOCAL) != 0)
		return ERR_INVAL;
	cpu_sync_all_code();
	return OK;
}
