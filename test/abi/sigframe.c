/* SPDX-License-Identifier: MPL-2.0 */
/* Inside a handler: masks, nesting, alternate stacks, faults, restart, what is saved. */
#include "abi.h"

#include <abi_arch.h>

#include <setjmp.h>
#include <time.h>
#include <ucontext.h>

static volatile int count, depth, deepest;
static siginfo_t info;
static sigset_t mask_inside;
static sigjmp_buf escape;
static char *volatile where;

static void nest(int sig)
{
	count++;
	depth++;
	deepest = depth > deepest ? depth : deepest;
	if (count < 3)
		raise(sig);
	depth--;
}

static void note(int sig, siginfo_t *i, void *context)
{
	char here;
	(void)context;
	count++;
	info = *i;
	where = &here;
	sigprocmask(SIG_BLOCK, NULL, &mask_inside);
	(void)sig;
}

static void jump(int sig, siginfo_t *i, void *context)
{
	note(sig, i, context);
	siglongjmp(escape, 1);
}

static void set(int sig, void (*f)(int, siginfo_t *, void *), int flags)
{
	struct sigaction sa = { .sa_sigaction = f, .sa_flags = SA_SIGINFO | flags };
	sigaction(sig, &sa, NULL);
}

static void masks(void)
{
	struct sigaction sa = { .sa_sigaction = note, .sa_flags = SA_SIGINFO };
	sigset_t after;
	sigaddset(&sa.sa_mask, SIGHUP);
	sigaction(SIGUSR1, &sa, NULL);
	raise(SIGUSR1);
	CHECK(sigismember(&mask_inside, SIGUSR1) == 1 && sigismember(&mask_inside, SIGHUP) == 1 &&
		      sigismember(&mask_inside, SIGINT) == 0,
	      "handler: its signal and sa_mask are blocked");
	sigprocmask(SIG_BLOCK, NULL, &after);
	CHECK(sigismember(&after, SIGUSR1) == 0 && sigismember(&after, SIGHUP) == 0,
	      "handler: the mask is back after");
	sa = (struct sigaction){ .sa_handler = nest };
	sigaction(SIGUSR2, &sa, NULL);
	count = deepest = 0;
	raise(SIGUSR2);
	CHECK(count == 3 && deepest == 1, "handler: its own signal waits for its end");
	sa.sa_flags = SA_NODEFER;
	sigaction(SIGUSR2, &sa, NULL);
	count = deepest = 0;
	raise(SIGUSR2);
	CHECK(count == 3 && deepest == 3, "handler: SA_NODEFER nests");
	count = 0;
	if (sigsetjmp(escape, 1) == 0) {
		set(SIGUSR2, jump, 0);
		raise(SIGUSR2);
	}
	sigprocmask(SIG_BLOCK, NULL, &after);
	CHECK(count == 1 && sigismember(&after, SIGUSR2) == 0,
	      "handler: may be left by siglongjmp");
}

static void change_mask(int sig, siginfo_t *i, void *context)
{
	(void)sig;
	(void)i;
	sigaddset(&((ucontext_t *)context)->uc_sigmask, SIGWINCH);
}

static void context(void)
{
	sigset_t after;
	set(SIGUSR1, change_mask, 0);
	raise(SIGUSR1);
	sigprocmask(SIG_BLOCK, NULL, &after);
	CHECK_EQ(sigismember(&after, SIGWINCH), 1, "handler: the saved mask may be changed");
	sigdelset(&after, SIGWINCH);
	sigprocmask(SIG_SETMASK, &after, NULL);
}

static void stacks(void)
{
	static char space[65536];
	stack_t alt = { .ss_sp = space, .ss_size = sizeof(space) }, old;
	CHECK(sigaltstack(NULL, &old) == 0 && old.ss_flags == SS_DISABLE,
	      "sigaltstack: none at first");
	stack_t small = { .ss_sp = space, .ss_size = 1000 };
	CHECK_ERRNO(sigaltstack(&small, NULL), ENOMEM, "sigaltstack: too small");
	stack_t odd = { .ss_sp = space, .ss_size = sizeof(space), .ss_flags = 0x40 };
	CHECK_ERRNO(sigaltstack(&odd, NULL), EINVAL, "sigaltstack: unknown flag");
	CHECK_OK(sigaltstack(&alt, NULL), "sigaltstack: sets");
	CHECK(sigaltstack(NULL, &old) == 0 && old.ss_sp == space && old.ss_size == sizeof(space) &&
		      old.ss_flags == 0,
	      "sigaltstack: gives back what was set");
	set(SIGUSR1, note, SA_ONSTACK);
	raise(SIGUSR1);
	CHECK(where >= space && where < space + sizeof(space), "handler: SA_ONSTACK runs there");
	set(SIGUSR1, note, 0);
	raise(SIGUSR1);
	CHECK(where < space || where >= space + sizeof(space), "handler: without it not");
	alt.ss_flags = SS_DISABLE;
	CHECK(sigaltstack(&alt, NULL) == 0 && sigaltstack(NULL, &old) == 0 &&
		      old.ss_flags == SS_DISABLE,
	      "sigaltstack: SS_DISABLE");
}

static void on_alt(int sig, siginfo_t *i, void *context)
{
	stack_t now, other = { .ss_flags = SS_DISABLE };
	(void)sig;
	(void)i;
	(void)context;
	count = sigaltstack(NULL, &now) == 0 && (now.ss_flags & SS_ONSTACK) != 0 &&
		sigaltstack(&other, NULL) == -1 && errno == EPERM;
}

static void overflow_handler(int sig, siginfo_t *i, void *context)
{
	(void)context;
	_exit(sig == SIGSEGV && i->si_addr != NULL ? 0 : 1);
}

static int recurse(int n)
{
	volatile char frame[1024];
	frame[0] = (char)n;
	return n == 0 ? 0 : recurse(n - 1) + frame[0];
}

static void alternate(void)
{
	static char space[65536];
	stack_t alt = { .ss_sp = space, .ss_size = sizeof(space) };
	sigaltstack(&alt, NULL);
	set(SIGUSR1, on_alt, SA_ONSTACK);
	count = 0;
	raise(SIGUSR1);
	CHECK_EQ(count, 1, "sigaltstack: inside: SS_ONSTACK, and no change");
	IN_CHILD("sigaltstack: catches a stack overflow", {
		set(SIGSEGV, overflow_handler, SA_ONSTACK);
		recurse(1 << 30);
		NEED(false);
	});
	DIES_BY(SIGSEGV, "handler: a stack overflow without room for a frame kills", {
		set(SIGSEGV, overflow_handler, 0);
		recurse(1 << 30);
	});
	alt.ss_flags = SS_DISABLE;
	sigaltstack(&alt, NULL);
}

static int fault_code(int sig, volatile char *address, bool write)
{
	set(sig, jump, 0);
	memset(&info, 0, sizeof(info));
	if (sigsetjmp(escape, 1) == 0) {
		if (write)
			*address = 1;
		else
			(void)*address;
	}
	signal(sig, SIG_DFL);
	return info.si_signo == sig && (info.si_addr == (void *)address || info.si_addr == NULL)
		       ? info.si_code
		       : -1;
}

static void faults(void)
{
	char *p = mmap(NULL, 2 * ABI_PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(p + ABI_PAGE, ABI_PAGE);
	CHECK_EQ(fault_code(SIGSEGV, p + ABI_PAGE + 123, false), SEGV_MAPERR,
		 "fault: a hole is SEGV_MAPERR");
	CHECK(info.si_addr == p + ABI_PAGE + 123, "fault: si_addr is the address");
	CHECK_EQ(fault_code(SIGSEGV, p + 5, true), SEGV_ACCERR,
		 "fault: writing read-only memory is SEGV_ACCERR");
	CHECK(info.si_addr == p + 5, "fault: si_addr of a write");
	CHECK_EQ(fault_code(SIGSEGV, NULL, false), SEGV_MAPERR, "fault: null");
	CHECK(fault_code(SIGSEGV, (char *)0xffffffff81000000, false) == SEGV_MAPERR &&
		      info.si_addr == (void *)0xffffffff81000000,
	      "fault: a kernel address is SEGV_MAPERR");
	CHECK_EQ(fault_code(NON_CANONICAL_SIGNAL, (char *)0x8000000000000000, false),
		 NON_CANONICAL_CODE, "fault: a non-canonical address");
	abi_file("f", 100);
	int fd = open("f", O_RDWR);
	char *m = mmap(NULL, 2 * ABI_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK_EQ(fault_code(SIGBUS, m + ABI_PAGE + 7, false), BUS_ADRERR,
		 "fault: past the end of a mapped file is SIGBUS");
	CHECK(info.si_addr == m + ABI_PAGE + 7, "fault: si_addr of a SIGBUS");
	munmap(m, 2 * ABI_PAGE);
	munmap(p, ABI_PAGE);
	close(fd);
	DIES_BY(SIGSEGV, "fault: kills without a handler", { *(volatile char *)8 = 0; });
	DIES_BY(SIGSEGV, "fault: kills when ignored", {
		signal(SIGSEGV, SIG_IGN);
		*(volatile char *)8 = 0;
	});
	DIES_BY(SIGSEGV, "fault: kills when blocked", {
		sigset_t s;
		set(SIGSEGV, note, 0);
		sigemptyset(&s);
		sigaddset(&s, SIGSEGV);
		sigprocmask(SIG_BLOCK, &s, NULL);
		*(volatile char *)8 = 0;
	});
	DIES_BY(SIGSEGV, "fault: inside its own handler kills", {
		set(SIGSEGV, (void (*)(int, siginfo_t *, void *))(uintptr_t)8, 0);
		*(volatile char *)8 = 0;
	});
}

static unsigned long skipped;

static void skip(int sig, siginfo_t *i, void *context)
{
	note(sig, i, context);
	FRAME_PC((ucontext_t *)context) += skipped;
}

static void bad_frame(int sig, siginfo_t *i, void *context)
{
	(void)sig;
	(void)i;
	FRAME_PC((ucontext_t *)context) = 0xffffffff81000000;
}

static void use_floats(int sig)
{
	(void)sig;
	SPOIL_FLOATS();
}

/* What an architecture alone has: a division that traps, ports, a direction of string
 * instructions. */
#ifdef __x86_64__
static void own_faults(void)
{
	set(SIGFPE, skip, 0);
	count = 0;
	skipped = 2;
	__asm__ volatile("xor %%edx, %%edx\n\tmov $1, %%eax\n\txor %%ecx, %%ecx\n\tdiv %%ecx" ::
				 : "rax", "rcx", "rdx");
	CHECK(count == 1 && info.si_signo == SIGFPE && info.si_code == FPE_INTDIV,
	      "fault: division by zero is SIGFPE");
	signal(SIGFPE, SIG_DFL);
	DIES_BY(SIGSEGV, "fault: port access is SIGSEGV", {
		__asm__ volatile("outb %%al, $0x80" ::: "rax");
	});
	unsigned long r = 0;
	signal(SIGUSR1, use_floats);
	__asm__ volatile("mov $0x1234567890, %%r12\n\tstd\n\tmov $62, %%eax\n\tmov %1, "
			 "%%edi\n\tmov $10, %%esi\n\tsyscall\n\tcld\n\t"
			 "mov %%r12, %0"
			 : "=r"(r)
			 : "r"(getpid())
			 : "rax", "rcx", "r11", "rdi", "rsi", "r12", "memory");
	CHECK_EQ(r, 0x1234567890, "handler: general registers and the direction flag survive");
}
#elif defined(__loongarch__)
static void own_faults(void)
{
	set(SIGFPE, skip, 0);
	count = 0;
	skipped = 4;
	__asm__ volatile("break 7"); /* what compilers put behind a division */
	CHECK(count == 1 && info.si_signo == SIGFPE && info.si_code == FPE_INTDIV,
	      "fault: division by zero is SIGFPE");
	signal(SIGFPE, SIG_DFL);
}
#else
static void own_faults(void) {}
#endif

static void hardware(void)
{
	set(SIGILL, skip, 0);
	count = 0;
	skipped = INVALID_BYTES;
	__asm__ volatile(INVALID);
	CHECK(count == 1 && info.si_signo == SIGILL, "fault: an invalid instruction is SIGILL");
	CHECK_EQ(info.si_code, INVALID_CODE, "fault: the code of SIGILL");
	signal(SIGILL, SIG_DFL);
	set(SIGTRAP, skip, 0);
	count = 0;
	skipped = BREAKPOINT_BYTES;
	__asm__ volatile(BREAKPOINT);
	CHECK(count == 1 && info.si_signo == SIGTRAP, "fault: a breakpoint is SIGTRAP");
	CHECK_EQ(info.si_code, BREAKPOINT_CODE, "fault: the code of SIGTRAP");
	signal(SIGTRAP, SIG_DFL);
	DIES_BY(PRIVILEGED_SIGNAL, "fault: a privileged instruction kills",
		{ __asm__ volatile(PRIVILEGED); });
	DIES_BY(SIGSEGV, "sigreturn: to a kernel address kills the process", {
		set(SIGUSR1, bad_frame, 0);
		raise(SIGUSR1);
	});
	DIES_BY(SIGSEGV, "sigreturn: without a frame kills the process",
		{ __asm__ volatile(SIGRETURN_AT_8); });
	double v = 2.75, a = 0, b = 0;
	signal(SIGUSR1, use_floats);
	FLOATS_OVER_SIGNAL(v, getpid(), a, b);
	CHECK(a == 2.75 && b == 2.75, "handler: floating-point registers are saved and restored");
}

static void restart(int flags, bool again)
{
	int p[2];
	char c = 0;
	pipe(p);
	set(SIGUSR1, note, flags);
	pid_t me = getpid(), pid = abi_fork();
	if (pid == 0) {
		abi_until_asleep(me);
		kill(me, SIGUSR1);
		if (again) {
			abi_until_asleep(me);
			write(p[1], "r", 1);
		}
		_exit(0);
	}
	long n = read(p[0], &c, 1);
	if (again)
		CHECK(n == 1 && c == 'r', "restart: read goes on with SA_RESTART");
	else
		CHECK(n == -1 && errno == EINTR, "restart: read gives EINTR without SA_RESTART");
	waitpid(pid, NULL, 0);
	close(p[0]);
	close(p[1]);
}

static void restarts(void)
{
	restart(SA_RESTART, true);
	restart(0, false);
	set(SIGUSR1, note, 0);
	pid_t me = getpid(), pid = abi_fork();
	if (pid == 0) {
		abi_until_asleep(me);
		kill(me, SIGUSR1);
		abi_until_asleep(me);
		_exit(0);
	}
	int status = 0;
	CHECK_ERRNO(waitpid(pid, &status, 0), EINTR,
		    "restart: wait gives EINTR without SA_RESTART");
	set(SIGUSR1, note, SA_RESTART);
	CHECK_EQ(waitpid(pid, &status, 0), pid, "restart: wait goes on with SA_RESTART");
	struct timespec t = { 1000, 0 }, left = { 0, 0 };
	pid = abi_fork();
	if (pid == 0) {
		abi_until_asleep(me);
		kill(me, SIGUSR1);
		_exit(0);
	}
	CHECK_ERRNO(nanosleep(&t, &left), EINTR, "restart: nanosleep gives EINTR always");
	CHECK(left.tv_sec > 500 && left.tv_sec < 1000, "nanosleep: tells what is left");
	waitpid(pid, NULL, 0);
	pid = abi_fork();
	if (pid == 0) {
		t.tv_sec = 0;
		t.tv_nsec = 50000000;
		_exit(nanosleep(&t, NULL) == 0 ? 0 : 1);
	}
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	kill(pid, SIGCONT);
	abi_reap(pid, 0, "restart: a stop and going on do not disturb nanosleep");
}

int main(void)
{
	abi_begin("sigframe");
	masks();
	context();
	stacks();
	alternate();
	faults();
	hardware();
	own_faults();
	restarts();
	return abi_end();
}
