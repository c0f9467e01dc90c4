/* SPDX-License-Identifier: MPL-2.0 */
/* vdso - the vDSO of loongarch64, see vdso/user.h.  Spec: vdso(7). */
#include <osxtd/base.h>

enum {
	SYS_clock_gettime = 113,
	SYS_clock_getres = 114,
	SYS_rt_sigreturn = 139,
	SYS_getcpu = 168,
	SYS_gettimeofday = 169
};

static inline i64 call3(i64 number, u64 a, u64 b, u64 c)
{
	register u64 a0 __asm__("$a0") = a;
	register u64 a1 __asm__("$a1") = b;
	register u64 a2 __asm__("$a2") = c;
	register i64 a7 __asm__("$a7") = number;
	__asm__ volatile("syscall 0"
			 : "+r"(a0)
			 : "r"(a1), "r"(a2), "r"(a7)
			 : "memory", "$t0", "$t1", "$t2", "$t3", "$t4", "$t5", "$t6", "$t7", "$t8");
	return (i64)a0;
}

#define FENCE() __asm__ volatile("dbar 0x700" ::: "memory") /* loads before loads */

static inline u64 counter(void)
{
	u64 v;
	__asm__ volatile("rdtime.d %0, $zero" : "=r"(v)::"memory");
	return v;
}

#include "vdso/user.h"

/* A signal handler returns here; the kernel knows the place (vdso/sigreturn.h). */
__attribute__((naked, section(".text.sigreturn"))) void __vdso_rt_sigreturn(void);
void __vdso_rt_sigreturn(void)
{
	__asm__("ori $a7, $zero, %0\n\tsyscall 0" ::"i"(SYS_rt_sigreturn));
}
