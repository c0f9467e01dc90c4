/* SPDX-License-Identifier: MPL-2.0 */
/*
 * smp - the CPUs beyond the first: how they start, and what CPUs ask of each other.
 *
 * CPUs are numbered from 0, the boot CPU, in the order in which they start; boot_info.cpu_hw says
 * how the hardware names each.
 *
 * Calls: a CPU that wants something done by others writes one request, which is its own, sets its
 * bit in the mailbox of each of them, interrupts them and waits until all have answered.  Whoever
 * waits with interrupts off, for a lock or for answers, answers meanwhile (cpu_wait): so a call may
 * be made under any lock.
 *
 *   Context:  any, but for what says otherwise.
 */
#pragma once
#include <osxtd/cpu.h>

/* ---- what the architecture supplies (smp.c of each) ---- */

/* Starts the CPU whose number is cpu: it runs smp_enter on the stack that ends at stack, with
 * translation by the kernel's own tables, its block in place and interrupts off.  False when it
 * cannot be started. */
bool arch_cpu_start(u32 cpu, u64 stack);
/* Interrupts the CPUs of the set, in which this one is not: each calls ipi_received. */
void arch_ipi_send(u64 cpus);
/* Makes the CPUs of the set, in which this one is not, forget the translations of start … end-1 and
 * returns when they have.  root: the user space it is about, 0 for the kernel's half; a CPU that
 * has another one loaded has nothing to forget. */
void arch_tlb_forget_others(u64 cpus, u64 root, u64 start, u64 end);
/* What the CPUs of the set, in which this one is not, fetch from now on is what was written to
 * memory before. */
void arch_code_sync_others(u64 cpus);

/* ---- for the architecture ---- */

/* The rest of a started CPU's life; on its idle task's stack. */
[[noreturn]] void smp_enter(void);
/* Another CPU wants something.  Interrupt context. */
void ipi_received(void);

/* ---- for OSXTD ---- */

/* How many of the CPUs that boot code found are to run; before mm_init. */
void smp_init(void);
/* The CPUs that run, as a set. */
u64 cpus_online(void);
/* The same without this one. */
u64 cpus_others(void);
/* Runs fn(arg) on each CPU of the set but this one, interrupts off there, and returns when all have
 * done it; a CPU that lets it wait for ten seconds is reported.  fn neither sleeps nor takes locks.
 */
void cpu_call_others(u64 cpus, void (*fn)(const void *arg), const void *arg);
/* For tests: how long a CPU may be silent before it is reported, and how often one was. */
u64 smp_set_silence_ns(u64 ns);
u32 smp_silences(void);
/* For panics: the other CPUs stop where they are, and nobody waits for them. */
void cpus_stop_others(void);

/* The generic arch_tlb_forget_others: by a call. */
void tlb_call_others(u64 cpus, u64 root, u64 start, u64 end);
