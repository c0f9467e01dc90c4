/* SPDX-License-Identifier: MPL-2.0 */
/*
 * tsc - how fast the counter and the APIC timer run, and one-shot interrupts.
 *
 * The frequencies come from CPUID where it says them, else from a short measurement.  Each end of
 * the measurement is the quickest of a few looks, so that a pause of the virtual machine between
 * two reads does no harm.
 *
 *   Spec:  Intel SDM volume 3, 11.5.4, 18.17; CPUID leaves 0x15 and 0x40000010 (hypervisors).
 */
#include "tsc.h"

#include <arch/timer.h>

#include "apic.h"
#include "trap.h"
#include "tsc_reference.h"

enum : u32 { MSR_TSC_DEADLINE = 0x6e0, LOOKS = 16, SPIN_MAX = 20000000 };
enum : u64 { MEASURE_US = 3000, APIC_HZ_UNKNOWN = 1000000000 };

struct tsc_state {
	u64 hz;
	u64 apic_hz;
	u64 apic_per_tsc; /* APIC ticks per counter tick, 32 fraction bits */
};
static struct tsc_state shared tsc;

u64 tsc_hz(void)
{
	return tsc.hz;
}

u64 arch_counter_hz(void)
{
	return tsc.hz;
}

static u64 scale(u64 v, u64 num, u64 den)
{
	return (u64)((unsigned __int128)v * num / den);
}

static void read_cpuid(void)
{
	if (cpuid(0, 0).eax >= 0x15) {
		struct cpuid c = cpuid(0x15, 0);
		if (c.eax != 0 && c.ebx != 0 && c.ecx != 0) {
			tsc.hz = scale(c.ecx, c.ebx, c.eax);
			tsc.apic_hz = c.ecx;
		}
	}
	if (tsc.hz == 0 && cpu_features.hypervisor && cpuid(0x40000000, 0).eax >= 0x40000010) {
		struct cpuid c = cpuid(0x40000010, 0);
		tsc.hz = (u64)c.eax * 1000;
		tsc.apic_hz = (u64)c.ebx * 1000;
	}
}

struct look {
	u64 counter, reference;
	u32 apic;
};

static struct look look(const struct tsc_reference *r)
{
	struct look best = {};
	u64 quickest = UINT64_MAX;
	for (u32 i = 0; i < LOOKS; i++) {
		u64 before = arch_counter();
		u64 reference = r->read();
		u64 took = arch_counter() - before;
		u32 apic_now = apic_read(APIC_TIMER_CURRENT);
		if (took < quickest) {
			quickest = took;
			best = (struct look){ before + took / 2, reference, apic_now };
		}
	}
	return best;
}

/* Frequencies are round numbers more often than not. */
static u64 snap(u64 hz)
{
	enum : u64 { STEP = 1000000, PARTS = 20000 };
	u64 round = (hz + STEP / 2) / STEP * STEP;
	u64 off = round > hz ? round - hz : hz - round;
	return round != 0 && off <= hz / PARTS ? round : hz;
}

static void measure(const struct tsc_reference *r)
{
	u64 want = scale(MEASURE_US, r->hz, 1000000);
	struct look first = look(r);
	for (u32 i = 0; i < SPIN_MAX; i++) {
		if (((r->read() - first.reference) & r->mask) >= want)
			break;
	}
	struct look last = look(r);
	u64 passed = (last.reference - first.reference) & r->mask;
	if (passed == 0)
		return;
	if (tsc.hz == 0)
		tsc.hz = snap(scale(last.counter - first.counter, r->hz, passed));
	if (tsc.apic_hz == 0)
		tsc.apic_hz = snap(scale(first.apic - last.apic, r->hz, passed));
}

static u64 counter_read(void)
{
	return arch_counter();
}

static u64 apic_count(void)
{
	return UINT32_MAX - apic_read(APIC_TIMER_CURRENT);
}

void tsc_init(void)
{
	read_cpuid();
	if (tsc.hz == 0 || tsc.apic_hz == 0) {
		struct tsc_reference r = {};
		apic_write(APIC_TIMER_INITIAL, UINT32_MAX);
		if (tsc.hz != 0)
			r = (struct tsc_reference){ "TSC", tsc.hz, UINT64_MAX, counter_read };
		/* With no clock at all, the APIC's bus runs at what QEMU and KVM give it. */
		else if (!tsc_reference_find(&r))
			r = (struct tsc_reference){ "APIC", APIC_HZ_UNKNOWN, UINT32_MAX,
						    apic_count };
		measure(&r);
		apic_write(APIC_TIMER_INITIAL, 0);
	}
	tsc.hz = max_of(tsc.hz, (u64)1000000);
	tsc.apic_hz = tsc.apic_hz == 0 ? (u64)APIC_HZ_UNKNOWN : tsc.apic_hz;
	tsc.apic_per_tsc = scale(tsc.apic_hz, (u64)1 << 32, tsc.hz);
}

void apic_timer_enable(void)
{
	apic_write(APIC_LVT_TIMER,
		   VECTOR_TIMER | (cpu_features.tsc_deadline ? APIC_DEADLINE_MODE : 0));
	/* The mode must be in force before the first write of a deadline (SDM 11.5.4.1). */
	UNSAFE("1. a fence changes nothing else")
	{
		__asm__ volatile("mfence" ::: "memory");
	}
}

void arch_timer_program(u64 deadline_counter)
{
	if (cpu_features.tsc_deadline) {
		msr_write(MSR_TSC_DEADLINE, max_of(deadline_counter, (u64)1));
		return;
	}
	u64 now = arch_counter();
	u64 delta = deadline_counter > now ? deadline_counter - now : 0;
	unsigned __int128 ticks = ((unsigned __int128)delta * tsc.apic_per_tsc >> 32) + 1;
	apic_write(APIC_TIMER_INITIAL, ticks > UINT32_MAX ? UINT32_MAX : (u32)ticks);
}

void arch_timer_stop(void)
{
	if (cpu_features.tsc_deadline)
		msr_write(MSR_TSC_DEADLINE, 0);
	else
		apic_write(APIC_TIMER_INITIAL, 0);
}
