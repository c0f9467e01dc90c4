/* SPDX-License-Identifier: MPL-2.0 */
/* rcu - what the scheduler and the interrupt entry tell about the CPU they run on.  Interrupts are
 * off in all of it. */
#pragma once
#include <osxtd/rcu.h>

/* The CPUs that the grace period waits for; 0 while there is none. */
struct rcu_awaited {
	struct atomic_u64 cpus;
} __attribute__((aligned(64)));
extern struct rcu_awaited shared rcu_awaited;

void rcu_report(void) COLD;
/* This CPU is in no read scope and holds no lock. */
ALWAYS_INLINE void rcu_quiet(void)
{
	if (unlikely(atomic_u64_load(&rcu_awaited.cpus) != 0))
		rcu_report();
}
/* The CPU has nothing to do and may wait for an interrupt; false: it has by now. */
bool rcu_idle_begin(void);
/* It goes on, or runs a handler: what it does from here may read. */
void rcu_idle_end(void);
/* On the boot CPU, when tasks may run. */
void rcu_start(void);
