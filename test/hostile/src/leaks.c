/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Nothing that a program can read may hold an address of the kernel: every file of /proc and /sys,
 * the log, what system calls fill in, signal frames, registers, fresh memory.
 */
#include "abi.h"
#include ARCH_HEADER

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <termios.h>
#include <time.h>
#include <ucontext.h>

#define LOWEST	0xffff800000000000UL
#define HIGHEST 0xffffffffffffefffUL /* above: negative numbers and error codes */
enum { NOBODY = 65534, SYSLOG_READ_ALL = 3, MIN_DIGITS = 15, DEPTH_MAX = 4 };

static char text[1 << 18];
static unsigned long found;
static int files;
static char where[PATH_MAX];

static bool is_kernel(unsigned long v)
{
	return v > LOWEST && v < HIGHEST; /* not what this line itself put into registers */
}

/* The one page of the kernel's half that is the user's by the ABI; nobody maps it here. */
static bool is_vsyscall(unsigned long v)
{
	return v == 0xffffffffff600000UL || v == 0xffffffffff601000UL;
}

static void report(unsigned long v, const char *place)
{
	if (found++ == 0)
		snprintf(where, sizeof(where), "%s: %lx", place, v);
}

/* Where both kernels have their image, physical memory, stacks and tables.  Split behind the
 * compiler's back: bounds that it puts together are kernel addresses in our own registers. */
static bool is_likely(unsigned long v)
{
	unsigned long high = v >> 32, part = v >> 30 & 3;
	__asm__("" : "+r"(high), "+r"(part));
	return (high == 0xffffffff && part == 2) || (high >= 0xffff8880 && high < 0xffffea20) ||
	       (high >= 0xffffffc0 && high < 0xfffffff6);
}

/* Numbers in text, hexadecimal and decimal. */
static void scan_text(const char *s, size_t len, const char *place)
{
	for (size_t i = 0; i < len;) {
		size_t n = 0;
		bool decimal = true;
		for (; i + n < len && isxdigit((unsigned char)s[i + n]); n++)
			decimal = decimal && isdigit((unsigned char)s[i + n]);
		char word[24] = "";
		if (n >= MIN_DIGITS && n < sizeof(word)) {
			memcpy(word, s + i, n);
			unsigned long hex = strtoul(word, NULL, 16), dec = strtoul(word, NULL, 10);
			if (n == 16 && is_kernel(hex) && !is_vsyscall(hex))
				report(hex, place);
			else if (decimal && n >= 19 && is_likely(dec))
				report(dec, place);
		}
		i += n + 1;
	}
}

/* Words at multiples of 4: structures may be packed, but two halves of other fields look like
 * anything. */
static void scan_bytes(const void *p, size_t len, const char *place)
{
	for (size_t i = 0; i + 8 <= len; i += 4) {
		unsigned long v;
		memcpy(&v, (const char *)p + i, 8);
		if (is_kernel(v) && !is_vsyscall(v) && (i % 8 == 0 || is_likely(v)))
			report(v, place);
	}
}

/* Registers of the program are in it, with whatever numbers it makes addresses of the kernel look
 * like: only where a kernel has something counts. */
static void scan_frame(const void *p, size_t len, const char *place)
{
	for (size_t i = 0; i + 8 <= len; i += 4) {
		unsigned long v;
		memcpy(&v, (const char *)p + i, 8);
		if (is_likely(v))
			report(v, place);
	}
}

static void verdict(const char *name)
{
	abi_check(found == 0, name, "%lu found, the first in %s", found, where);
	found = 0;
}

/* ---- files ---- */

/* Reading waits, or gives memory or random bytes. */
static bool is_skipped(const char *name)
{
	static const char *const names[] = { "mem",	   "kcore",	 "clear_refs", "pagemap",
					     "kmsg",	   "random",	 "uuid",       "boot_id",
					     "kpagecount", "kpageflags", "trace_pipe" };
	for (size_t i = 0; i < countof(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static void scan_file(const char *path)
{
	ssize_t n, used = 0;
	int fd = open(path, O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return;
	while (used < (ssize_t)sizeof(text) &&
	       (n = read(fd, text + used, sizeof(text) - (size_t)used)) > 0)
		used += n;
	close(fd);
	files += used > 0;
	scan_text(text, (size_t)used, path);
	if (strstr(path, "auxv") != NULL)
		scan_bytes(text, (size_t)used, path);
}

static void scan_folder(const char *folder, int depth)
{
	DIR *d = depth < DEPTH_MAX ? opendir(folder) : NULL;
	struct dirent *e;
	while (d != NULL && (e = readdir(d)) != NULL) {
		char path[PATH_MAX];
		struct stat st;
		bool is_other = depth == 0 && isdigit((unsigned char)e->d_name[0]) &&
				atoi(e->d_name) != 1 && atoi(e->d_name) != getpid();
		if (e->d_name[0] == '.' || is_skipped(e->d_name) || is_other)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		scan_text(e->d_name, strlen(e->d_name), folder);
		if (lstat(path, &st) != 0)
			continue;
		scan_bytes(&st, sizeof(st), path);
		if (S_ISDIR(st.st_mode)) {
			scan_folder(path, depth + 1);
		} else if (S_ISLNK(st.st_mode)) {
			ssize_t n = readlink(path, text, sizeof(text));
			scan_text(text, n > 0 ? (size_t)n : 0, path);
		} else {
			scan_file(path);
		}
	}
	if (d != NULL)
		closedir(d);
}

static void scan_log(void)
{
	int n = klogctl(SYSLOG_READ_ALL, text, sizeof(text));
	scan_text(text, n > 0 ? (size_t)n : 0, "syslog");
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	for (ssize_t got; fd >= 0 && (got = read(fd, text, sizeof(text))) > 0;)
		scan_text(text, (size_t)got, "/dev/kmsg");
	close(fd);
}

static void scan_files(const char *who)
{
	char name[64];
	files = 0;
	scan_folder("/proc", 0);
	scan_folder("/sys", 0);
	scan_log();
	snprintf(name, sizeof(name), "files and the log, as %s", who);
	verdict(name);
	abi_check(files > 50, "many files were read", "%d", files);
}

/* ---- what calls fill in ---- */

/* The bytes that a call wrote: the room around them was set to 0x5a. */
#define FILLED(type, ...)                                                                          \
	do {                                                                                       \
		type out;                                                                          \
		memset(&out, 0x5a, sizeof(out));                                                   \
		if ((long)(__VA_ARGS__) >= 0)                                                      \
			scan_bytes(&out, sizeof(out), #__VA_ARGS__);                               \
	} while (0)

typedef char bytes[4096];

static void calls(void)
{
	int ends[2], queue = epoll_create1(0);
	unsigned version[2] = { 0x20080522, 0 };
	pipe(ends);
	struct epoll_event e = { .events = EPOLLOUT, .data.u64 = 7 };
	epoll_ctl(queue, EPOLL_CTL_ADD, ends[1], &e);
	FILLED(struct utsname, uname(&out));
	FILLED(struct sysinfo, sysinfo(&out));
	FILLED(struct stat, fstat(ends[0], &out));
	FILLED(struct stat, fstat(queue, &out));
	FILLED(struct stat, stat("/proc/self/maps", &out));
	FILLED(struct stat, stat("/dev/null", &out));
	FILLED(struct statx, sys(SYS_statx, AT_FDCWD, "/", 0, 0x7ff, &out));
	FILLED(struct statfs, statfs("/", &out));
	FILLED(struct statfs, statfs("/proc", &out));
	FILLED(struct rusage, getrusage(RUSAGE_SELF, &out));
	FILLED(struct tms, times(&out));
	FILLED(struct timex, adjtimex(&out));
	for (int clock = 0; clock < 12; clock++)
		FILLED(struct timespec, sys(SYS_clock_gettime, clock, &out));
	FILLED(struct itimerval, getitimer(ITIMER_REAL, &out));
	FILLED(struct rlimit, getrlimit(RLIMIT_STACK, &out));
	FILLED(stack_t, sigaltstack(NULL, &out));
	for (int sig = 1; sig < 65; sig++)
		FILLED(bytes, sys(SYS_rt_sigaction, sig, NULL, out, 8));
	FILLED(bytes, sys(SYS_rt_sigprocmask, SIG_BLOCK, NULL, out, 8));
	FILLED(bytes, sys(SYS_rt_sigpending, out, 8));
	FILLED(bytes, sys(SYS_sched_getattr, 0, out, sizeof(out), 0));
	FILLED(bytes, sys(SYS_sched_getaffinity, 0, sizeof(out), out));
	FILLED(bytes, sys(SYS_sched_getparam, 0, out));
	FILLED(bytes, sys(SYS_get_robust_list, 0, out, out + 8));
	FILLED(bytes, sys(SYS_capget, version, out));
	FILLED(bytes, sys(SYS_getgroups, 100, out));
	FILLED(bytes, sys(SYS_getcpu, out, out + 4, out + 8));
	FILLED(bytes, sys(SYS_prctl, 16, out));
	FILLED(bytes, sys(SYS_prctl, 40, out));
	FILLED(struct epoll_event, epoll_wait(queue, &out, 1, 0));
	FILLED(bytes, ioctl(1, TCGETS, out));
	FILLED(bytes, ioctl(0, TIOCGWINSZ, out));
	FILLED(bytes, ioctl(ends[0], FIONREAD, out));
	FILLED(bytes, fcntl(ends[0], F_GETLK, out));
	int folder = open("/proc", O_RDONLY | O_DIRECTORY),
	    root = open("/", O_RDONLY | O_DIRECTORY);
	FILLED(bytes, sys(SYS_getdents64, folder, out, sizeof(out)));
	FILLED(bytes, sys(SYS_getdents64, root, out, sizeof(out)));
	close(folder), close(root), close(queue), close(ends[0]), close(ends[1]);
	pid_t pid = abi_fork();
	if (pid == 0)
		_exit(3);
	FILLED(bytes, sys(SYS_waitid, P_PID, pid, out, WEXITED, out + 1024));
	verdict("structures that system calls fill in");
}

/* ---- signals and registers ---- */

static void on_signal(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	scan_bytes(info, sizeof(*info), "siginfo");
	scan_frame(context, sizeof(ucontext_t), "ucontext");
	/* The whole frame, extended FPU state included; libc's own words below are a program's,
	 * too. */
	scan_frame(info, 3072, "signal frame");
}

static void signals(void)
{
	struct sigaction sa = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };
	union sigval v = { .sival_int = 5 };
	sigaction(SIGUSR1, &sa, NULL);
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGALRM, &sa, NULL);
	raise(SIGUSR1);
	sigqueue(getpid(), SIGUSR1, v);
	/* Blocked until the wait, so that it cannot come before it. */
	struct itimerval soon = { .it_value = { 0, 1000 } };
	sigset_t alarm, before;
	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	sigprocmask(SIG_BLOCK, &alarm, &before);
	setitimer(ITIMER_REAL, &soon, NULL);
	sigsuspend(&before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	verdict("signal frames");
}

static sigjmp_buf again;
static void on_fault(int sig, siginfo_t *info, void *context)
{
	on_signal(sig, info, context);
	siglongjmp(again, 1);
}

/* A fault on an address of the kernel tells nothing but the address that the program itself named.
 */
static void faults(void)
{
	struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER };
	volatile char *holes[] = { (char *)8, (char *)0x7ffffffff000 };
	sigaction(SIGSEGV, &sa, NULL);
	for (volatile size_t i = 0; i < countof(holes); i++)
		if (sigsetjmp(again, 1) == 0)
			(void)*holes[i];
	signal(SIGSEGV, SIG_DFL);
	verdict("frames of faults");
}

static void registers(void)
{
	unsigned long r[REGISTERS];
	for (int n = 0; n < 400; n++) {
		registers_after(n % 3 == 0   ? SYS_getpid
				: n % 3 == 1 ? SYS_sched_yield
					     : 500 + n,
				r);
		for (size_t i = 0; i < countof(r); i++)
			if (is_kernel(r[i]))
				report(r[i], "registers");
	}
	verdict("registers after system calls");
}

/* ---- memory ---- */

static bool is_zero(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] != 0)
			return false;
	return true;
}

static void fresh_memory(void)
{
	enum { LEN = 8 << 20, PART = 100 };
	char *p = mmap(NULL, LEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (size_t i = 0; i < LEN; i += ABI_PAGE / 2)
		p[i + 1] = 0; /* a page each, by a write */
	CHECK(is_zero(p, LEN), "anonymous memory is zero");
	munmap(p, LEN);
	char *old = sbrk(1 << 20);
	CHECK(is_zero(old, 1 << 20), "memory of the break is zero");
	int fd = open("part", O_CREAT | O_RDWR | O_TRUNC, 0600);
	abi_file("full", 3 * ABI_PAGE);
	write(fd, "secret", 6);
	p = mmap(NULL, ABI_PAGE, PROT_READ, MAP_SHARED, fd, 0);
	CHECK(is_zero(p + 6, ABI_PAGE - 6), "a file's last page ends in zeros");
	munmap(p, ABI_PAGE);
	char bytes[PART] = "";
	CHECK(pwrite(fd, "x", 1, 3 * ABI_PAGE) == 1 && pread(fd, bytes, PART, ABI_PAGE) == PART &&
		      is_zero(bytes, PART),
	      "a hole of a file is zeros");
	close(fd);
	fd = open("full", O_RDWR);
	ftruncate(fd, 10);
	ftruncate(fd, ABI_PAGE);
	CHECK(pread(fd, bytes, PART, 10) == PART && is_zero(bytes, PART),
	      "what a file was cut off does not come back");
	close(fd);
}

/* Linux shows addresses to root unless told not to; OmegaOS to nobody, whatever it is told. */
static void hide_on_linux(void)
{
	struct utsname u;
	uname(&u);
	int fd = open("/proc/sys/kernel/kptr_restrict", O_WRONLY);
	write(fd, strstr(u.version, "Omega") != NULL ? "0" : "2", 1);
	close(fd);
}

int main(void)
{
	abi_begin("leaks");
	hide_on_linux();
	scan_files("root");
	calls();
	signals();
	faults();
	registers();
	fresh_memory();
	pid_t pid = abi_fork();
	if (pid == 0) {
		setgid(NOBODY);
		setuid(NOBODY);
		files = 0;
		scan_folder("/proc", 0);
		scan_log();
		_exit(found == 0 && files > 30 ? 0 : 1);
	}
	abi_reap(pid, 0, "files and the log, as nobody");
	return abi_end();
}
