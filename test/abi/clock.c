/* SPDX-License-Identifier: MPL-2.0 */
/* Clocks (by call and by vDSO), sleeping, interval timers, alarm, POSIX timers, times. */
#include "onecpu.h"

#include <elf.h>
#include <link.h>
#include <sys/auxv.h>
#include <sys/time.h>
#include <sys/times.h>

typedef int (*vdso_gettime)(clockid_t, struct timespec *);

static volatile int alarms;
static void on_alarm(int sig)
{
	(void)sig;
	alarms++;
}

static long long ns(struct timespec t)
{
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void hostile(void)
{
	struct timespec t = { 0, 0 };
	struct itimerval v = { 0 };
	timer_t id;
	CHECK_EFAULT_OUT(sys(SYS_clock_gettime, CLOCK_MONOTONIC, bad),
			 "clock_gettime: bad pointer");
	CHECK_EFAULT_OUT_OPT(sys(SYS_clock_getres, CLOCK_MONOTONIC, bad),
			     "clock_getres: bad pointer");
	CHECK_EFAULT_IN(sys(SYS_clock_settime, CLOCK_REALTIME, bad), "clock_settime: bad pointer");
	CHECK_EFAULT_IN(sys(SYS_nanosleep, bad, NULL), "nanosleep: bad time");
	CHECK_EFAULT_IN(sys(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, bad, NULL),
			"clock_nanosleep: bad time");
	CHECK_EFAULT_OUT_OPT(sys(SYS_gettimeofday, bad, NULL), "gettimeofday: bad pointer");
	CHECK_EFAULT_OUT_OPT(sys(SYS_gettimeofday, NULL, bad), "gettimeofday: bad zone");
	CHECK_EFAULT_OUT(sys(SYS_getitimer, ITIMER_REAL, bad), "getitimer: bad pointer");
	CHECK_EFAULT_OUT_OPT(sys(SYS_setitimer, ITIMER_REAL, &v, bad), "setitimer: bad old value");
	CHECK_EFAULT_IN_OPT(sys(SYS_setitimer, ITIMER_VIRTUAL, bad, NULL),
			    "setitimer: bad new value");
	alarm(ABI_WATCHDOG_S); /* the calls above stopped the watchdog: they share one timer */
	CHECK_EFAULT_OUT_OPT(sys(SYS_times, bad), "times: bad pointer");
#ifdef SYS_time
	CHECK_EFAULT_OUT_OPT(sys(SYS_time, bad), "time: bad pointer");
#endif
	CHECK_EFAULT_OUT(sys(SYS_timer_create, CLOCK_MONOTONIC, NULL, bad), "timer_create: bad id");
	CHECK_EFAULT_IN_OPT(sys(SYS_timer_create, CLOCK_MONOTONIC, bad, &id),
			    "timer_create: bad event");
	CHECK_ERRNO(sys(SYS_clock_gettime, 99, &t), EINVAL, "clock_gettime: no such clock");
	CHECK_ERRNO(sys(SYS_clock_getres, 99, &t), EINVAL, "clock_getres: no such clock");
	CHECK_ERRNO(sys(SYS_clock_settime, CLOCK_MONOTONIC, &t), EINVAL,
		    "clock_settime: not the monotonic clock");
	CHECK_ERRNO(sys(SYS_clock_nanosleep, 99, 0, &t, NULL), EINVAL,
		    "clock_nanosleep: no such clock");
	CHECK_ERRNO(sys(SYS_getitimer, 9, &v), EINVAL, "getitimer: no such timer");
	CHECK_ERRNO(sys(SYS_setitimer, 9, &v, NULL), EINVAL, "setitimer: no such timer");
	IN_CHILD("clock_settime: not for plain users", {
		NEED(setuid(1000) == 0);
		NEED_ERRNO(sys(SYS_clock_settime, CLOCK_REALTIME, &t), EPERM);
	});
}

static void clocks(void)
{
	clockid_t ids[] = { CLOCK_REALTIME,	     CLOCK_MONOTONIC,	  CLOCK_PROCESS_CPUTIME_ID,
			    CLOCK_THREAD_CPUTIME_ID, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE,
			    CLOCK_MONOTONIC_COARSE,  CLOCK_BOOTTIME };
	int good = 0, res = 0;
	struct timespec t;
	for (size_t i = 0; i < countof(ids); i++) {
		long long a = now(ids[i]), b = now(ids[i]);
		good += a > 0 && b >= a;
		res += sys(SYS_clock_getres, ids[i], &t) == 0 && t.tv_sec == 0 && t.tv_nsec >= 1;
	}
	CHECK_EQ(good, countof(ids), "clock_gettime: eight clocks run and do not run backwards");
	CHECK_EQ(res, countof(ids), "clock_getres: each has a resolution");
	CHECK_OK(sys(SYS_clock_getres, CLOCK_MONOTONIC, NULL), "clock_getres: no pointer is fine");
	bool steps = true;
	long long last = 0;
	for (int i = 0; i < 1000; i++) {
		long long n = now(CLOCK_MONOTONIC);
		steps = steps && n >= last;
		last = n;
	}
	CHECK(steps, "clock_gettime: a thousand times, never backwards");
	struct timeval v;
	long long before = now(CLOCK_REALTIME) / 1000;
	sys(SYS_gettimeofday, &v, NULL);
	long long mid = v.tv_sec * 1000000LL + v.tv_usec, after = now(CLOCK_REALTIME) / 1000;
	CHECK(before <= mid && mid <= after, "gettimeofday: agrees with the clock");
#ifdef SYS_time
	long s = sys(SYS_time, NULL);
	CHECK(s >= mid / 1000000 - 1 && s <= now(CLOCK_REALTIME) / 1000000000,
	      "time: agrees with the clock");
#endif
	long long boot = now(CLOCK_BOOTTIME), mono = now(CLOCK_MONOTONIC);
	CHECK(mono >= boot - 1000000000LL, "clock_gettime: no time was slept away");
	CHECK(now(CLOCK_REALTIME) > 1600000000LL * 1000000000LL,
	      "clock_gettime: the wall clock knows the year");
}

/* How many symbols a hash table of GNU's format speaks of: one more than the last of its chains. */
static uint32_t gnu_symbols(const uint32_t *table)
{
	const uint32_t *buckets = table + 4 + table[2] * 2, *chains = buckets + table[0];
	uint32_t last = 0;
	for (uint32_t i = 0; i < table[0]; i++)
		last = buckets[i] > last ? buckets[i] : last;
	while (last != 0 && (chains[last - table[1]] & 1) == 0)
		last++;
	return last == 0 ? 0 : last + 1;
}

/* The vDSO's function by its symbol, as glibc finds it. */
static void *vdso_symbol(const char *name)
{
	char *base = (char *)getauxval(AT_SYSINFO_EHDR);
	if (base == NULL)
		return NULL;
	ElfW(Ehdr) *eh = (ElfW(Ehdr) *)base;
	ElfW(Phdr) *ph = (ElfW(Phdr) *)(base + eh->e_phoff);
	ElfW(Dyn) *dyn = NULL;
	ElfW(Sym) *sym = NULL;
	char *strings = NULL;
	uint32_t count = 0;
	ElfW(Addr) shift = 0;
	for (int i = 0; i < eh->e_phnum; i++) {
		if (ph[i].p_type == PT_LOAD)
			shift = (ElfW(Addr))base + ph[i].p_offset - ph[i].p_vaddr;
		if (ph[i].p_type == PT_DYNAMIC)
			dyn = (ElfW(Dyn) *)(base + ph[i].p_offset);
	}
	for (; dyn != NULL && dyn->d_tag != DT_NULL; dyn++) {
		if (dyn->d_tag == DT_SYMTAB)
			sym = (ElfW(Sym) *)(dyn->d_un.d_ptr + shift);
		if (dyn->d_tag == DT_STRTAB)
			strings = (char *)(dyn->d_un.d_ptr + shift);
		if (dyn->d_tag == DT_HASH)
			count = ((uint32_t *)(dyn->d_un.d_ptr + shift))[1];
		if (dyn->d_tag == DT_GNU_HASH && count == 0)
			count = gnu_symbols((uint32_t *)(dyn->d_un.d_ptr + shift));
	}
	for (uint32_t i = 0; i < count; i++)
		if (sym[i].st_shndx != 0 && strcmp(strings + sym[i].st_name, name) == 0)
			return (void *)(sym[i].st_value + shift);
	return NULL;
}

static void vdso(void)
{
	void *found = vdso_symbol("__vdso_clock_gettime");
	CHECK(found != NULL, "vDSO: has __vdso_clock_gettime");
#ifdef SYS_time
	bool has_time = true;
#else
	bool has_time = false;
#endif
	CHECK(vdso_symbol("__vdso_gettimeofday") != NULL &&
		      (vdso_symbol("__vdso_time") != NULL) == has_time,
	      "vDSO: gettimeofday, and time where it is a call");
	CHECK(vdso_symbol("__vdso_getcpu") != NULL, "vDSO: getcpu");
	CHECK(vdso_symbol("__vdso_nothing") == NULL, "vDSO: nothing else");
	if (found == NULL)
		return;
	vdso_gettime f = (vdso_gettime)(uintptr_t)found;
	clockid_t ids[] = { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_COARSE,
			    CLOCK_PROCESS_CPUTIME_ID };
	int good = 0;
	for (size_t i = 0; i < countof(ids); i++) {
		struct timespec t = { 0, 0 };
		long long a = now(ids[i]);
		good += f(ids[i], &t) == 0 && a <= ns(t) && ns(t) <= now(ids[i]);
	}
	CHECK_EQ(good, countof(ids), "vDSO: clock_gettime agrees with the call");
	struct timespec t;
	CHECK_EQ(f(99, &t), -EINVAL, "vDSO: clock_gettime: no such clock");
	bool steps = true;
	long long last = 0;
	for (int i = 0; i < 10000; i++) {
		f(CLOCK_MONOTONIC, &t);
		steps = steps && ns(t) >= last;
		last = ns(t);
	}
	CHECK(steps, "vDSO: ten thousand times, never backwards");
	DIES_BY(SIGSEGV, "vDSO: its code is not writable", { *(volatile char *)(uintptr_t)f = 0; });
}

static void sleeping(void)
{
	struct timespec t = { 0, 3000000 }, wrong = { 0, 1000000000 }, negative = { -1, 0 };
	long long a = now(CLOCK_MONOTONIC);
	CHECK_OK(nanosleep(&t, NULL), "nanosleep");
	CHECK(now(CLOCK_MONOTONIC) - a >= 3000000, "nanosleep: not shorter than asked");
	CHECK_ERRNO(nanosleep(&wrong, NULL), EINVAL, "nanosleep: nanoseconds too large");
	CHECK_ERRNO(nanosleep(&negative, NULL), EINVAL, "nanosleep: negative");
	a = now(CLOCK_MONOTONIC) + 3000000;
	struct timespec until = { a / 1000000000, a % 1000000000 };
	CHECK_OK(sys(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL),
		 "clock_nanosleep: until a time");
	CHECK(now(CLOCK_MONOTONIC) >= a, "clock_nanosleep: not before it");
	until.tv_sec = 1;
	CHECK_OK(sys(SYS_clock_nanosleep, CLOCK_REALTIME, TIMER_ABSTIME, &until, NULL),
		 "clock_nanosleep: a time past");
	CHECK_ERRNO(sys(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &wrong, NULL), EINVAL,
		    "clock_nanosleep: nanoseconds too large");
}

static void intervals(void)
{
	struct itimerval v = { .it_value = { 1000, 0 } }, old;
	signal(SIGALRM, on_alarm);
	alarm(0);
	CHECK_OK(setitimer(ITIMER_REAL, &v, NULL), "setitimer");
	CHECK(getitimer(ITIMER_REAL, &old) == 0 && old.it_value.tv_sec >= 900 &&
		      old.it_interval.tv_sec == 0,
	      "getitimer: what is left");
	unsigned left = alarm(50);
	CHECK(left > 900 && left <= 1000, "alarm: shares the timer, tells what was left");
	v = (struct itimerval){ .it_value = { 0, 1000 }, .it_interval = { 0, 1000 } };
	CHECK(setitimer(ITIMER_REAL, &v, &old) == 0 && old.it_value.tv_sec > 0,
	      "setitimer: tells the old value");
	while (alarms < 3)
		pause();
	CHECK(alarms >= 3, "setitimer: an interval comes again and again");
	v = (struct itimerval){ 0 };
	setitimer(ITIMER_REAL, &v, NULL);
	CHECK(getitimer(ITIMER_REAL, &old) == 0 && old.it_value.tv_sec == 0 &&
		      old.it_value.tv_usec == 0,
	      "setitimer: zero stops it");
	v.it_value.tv_usec = 1000000;
	CHECK_ERRNO(setitimer(ITIMER_REAL, &v, NULL), EINVAL, "setitimer: microseconds too large");
	v.it_value.tv_usec = -1;
	CHECK_ERRNO(setitimer(ITIMER_REAL, &v, NULL), EINVAL, "setitimer: microseconds negative");
	DIES_BY(SIGVTALRM, "setitimer: ITIMER_VIRTUAL counts user time", {
		struct itimerval t = { .it_value = { 0, 5000 } };
		setitimer(ITIMER_VIRTUAL, &t, NULL);
		for (volatile unsigned i = 0;; i++)
			;
	});
	DIES_BY(SIGPROF, "setitimer: ITIMER_PROF counts all time used", {
		struct itimerval t = { .it_value = { 0, 5000 } };
		setitimer(ITIMER_PROF, &t, NULL);
		for (;;)
			getppid();
	});
	DIES_BY(SIGALRM, "alarm: kills without a handler", {
		signal(SIGALRM, SIG_DFL);
		ualarm(2000, 0);
		for (;;)
			pause();
	});
	signal(SIGALRM, SIG_DFL);
	alarm(ABI_WATCHDOG_S);
}

static void posix_timers(void)
{
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL,
			       .sigev_signo = SIGUSR1,
			       .sigev_value.sival_int = 33 };
	timer_t id;
	sigset_t set;
	siginfo_t info;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	CHECK_OK(timer_create(CLOCK_MONOTONIC, &ev, &id), "timer_create");
	struct itimerspec t = { .it_value = { 0, 1000000 } }, old;
	CHECK_OK(timer_settime(id, 0, &t, NULL), "timer_settime");
	CHECK(sigwaitinfo(&set, &info) == SIGUSR1 && info.si_code == SI_TIMER &&
		      info.si_value.sival_int == 33,
	      "timer: its signal");
	CHECK(timer_gettime(id, &old) == 0 && ns(old.it_value) == 0, "timer_gettime: over");
	CHECK_EQ(timer_getoverrun(id), 0, "timer_getoverrun: none");
	CHECK_OK(timer_delete(id), "timer_delete");
	CHECK_ERRNO(sys(SYS_timer_delete, 12345), EINVAL, "timer_delete: no such timer");
	CHECK_ERRNO(sys(SYS_timer_settime, 12345, 0, &t, NULL), EINVAL,
		    "timer_settime: no such timer");
	CHECK_ERRNO(timer_create(99, &ev, &id), EINVAL, "timer_create: no such clock");
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void used(void)
{
	struct tms a, b;
	clock_t start = times(&a);
	long long c = now(CLOCK_PROCESS_CPUTIME_ID);
	while (now(CLOCK_PROCESS_CPUTIME_ID) - c < 30000000)
		;
	clock_t end = times(&b);
	CHECK(end > start && b.tms_utime + b.tms_stime > a.tms_utime + a.tms_stime,
	      "times: count what is used");
	c = now(CLOCK_PROCESS_CPUTIME_ID);
	abi_pause_ms(20);
	CHECK(now(CLOCK_PROCESS_CPUTIME_ID) - c < 20000000,
	      "clock_gettime: sleeping uses no processor time");
	int status = 0;
	pid_t pid = abi_fork();
	if (pid == 0) {
		c = now(CLOCK_PROCESS_CPUTIME_ID);
		while (now(CLOCK_PROCESS_CPUTIME_ID) - c < 30000000)
			;
		_exit(0);
	}
	times(&a);
	waitpid(pid, &status, 0);
	times(&b);
	CHECK(b.tms_cutime + b.tms_cstime > a.tms_cutime + a.tms_cstime,
	      "times: count waited-for children");
}

int main(void)
{
	abi_begin("clock");
	hostile();
	clocks();
	vdso();
	sleeping();
	intervals();
	posix_timers();
	used();
	return abi_end();
}
