/* SPDX-License-Identifier: MPL-2.0 */
/* signal - numbers and layouts of signal(7), sigaction(2), siginfo; the same on every architecture
 * we have. */
#pragma once
#include <osxtd/base.h>

enum : u32 {
	SIGHUP = 1,
	SIGINT = 2,
	SIGQUIT = 3,
	SIGILL = 4,
	SIGTRAP = 5,
	SIGABRT = 6,
	SIGBUS = 7,
	SIGFPE = 8,
	SIGKILL = 9,
	SIGUSR1 = 10,
	SIGSEGV = 11,
	SIGUSR2 = 12,
	SIGPIPE = 13,
	SIGALRM = 14,
	SIGTERM = 15,
	SIGSTKFLT = 16,
	SIGCHLD = 17,
	SIGCONT = 18,
	SIGSTOP = 19,
	SIGTSTP = 20,
	SIGTTIN = 21,
	SIGTTOU = 22,
	SIGURG = 23,
	SIGXCPU = 24,
	SIGXFSZ = 25,
	SIGVTALRM = 26,
	SIGPROF = 27,
	SIGWINCH = 28,
	SIGIO = 29,
	SIGPWR = 30,
	SIGSYS = 31,
	SIGRTMIN = 32,
	SIGRTMAX = 64,
	NSIG = 64,
};
enum : u64 { SIGSET_BYTES = 8, SIG_DFL = 0, SIG_IGN = 1 };

enum : u64 {
	SA_NOCLDSTOP = 1,
	SA_NOCLDWAIT = 2,
	SA_SIGINFO = 4,
	SA_UNSUPPORTED = 0x400,
	SA_EXPOSE_TAGBITS = 0x800,
	SA_RESTORER = 0x04000000,
	SA_ONSTACK = 0x08000000,
	SA_RESTART = 0x10000000,
	SA_NODEFER = 0x40000000,
	SA_RESETHAND = 0x80000000,
};
enum : i32 { SIG_BLOCK = 0, SIG_UNBLOCK = 1, SIG_SETMASK = 2 };
enum : u32 { SS_ONSTACK = 1, SS_DISABLE = 2, SS_AUTODISARM = 1u << 31, MINSIGSTKSZ = 2048 };

/* si_code */
enum : i32 {
	SI_USER = 0,
	SI_KERNEL = 0x80,
	SI_QUEUE = -1,
	SI_TIMER = -2,
	SI_MESGQ = -3,
	SI_ASYNCIO = -4,
	SI_SIGIO = -5,
	SI_TKILL = -6,
	ILL_ILLOPC = 1,
	ILL_ILLOPN = 2,
	ILL_ILLTRP = 4,
	ILL_PRVOPC = 5,
	ILL_BADSTK = 8,
	FPE_INTDIV = 1,
	FPE_INTOVF = 2,
	FPE_FLTDIV = 3,
	FPE_FLTINV = 7,
	SEGV_MAPERR = 1,
	SEGV_ACCERR = 2,
	SEGV_BNDERR = 3,
	BUS_ADRALN = 1,
	BUS_ADRERR = 2,
	BUS_OBJERR = 3,
	TRAP_BRKPT = 1,
	TRAP_TRACE = 2,
	CLD_EXITED = 1,
	CLD_KILLED = 2,
	CLD_DUMPED = 3,
	CLD_TRAPPED = 4,
	CLD_STOPPED = 5,
	CLD_CONTINUED = 6,
	POLL_IN = 1,
	POLL_HUP = 6,
};

/* struct sigaction of rt_sigaction(2), with a restorer; arch_sigaction_read and _write know what
 * user mode has. */
struct abi_sigaction {
	u64 handler;
	u64 flags;
	u64 restorer;
	u64 mask;
};
struct abi_stack {
	u64 sp;
	u32 flags;
	u32 _pad;
	u64 size;
};
/* siginfo_t: its fields after the first three depend on signal and code; the readers below name the
 * words. */
enum : usize { SIGINFO_BYTES = 128 };
struct abi_siginfo {
	i32 signo, error, code;
	u32 _pad;
	u32 words[28];
};
static_assert(sizeof(struct abi_siginfo) == SIGINFO_BYTES);

/* struct sigevent of timer_create(2). */
struct abi_sigevent {
	u64 value;
	i32 signo;
	i32 notify;
	i32 tid;
	i32 _pad[11];
};
static_assert(sizeof(struct abi_sigevent) == 64);
enum : i32 { SIGEV_SIGNAL = 0, SIGEV_NONE = 1, SIGEV_THREAD = 2, SIGEV_THREAD_ID = 4 };

ALWAYS_INLINE u64 sigset_bit(u32 signo)
{
	return (u64)1 << (signo - 1);
}
