/* SPDX-License-Identifier: MPL-2.0 */
/* uname, sysinfo, limits, usage, random numbers, prctl, the architecture's own, rseq, membarrier,
 * sched_*. */
#include "abi.h"

#include <linux/membarrier.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

static void names(void)
{
	struct utsname u;
	CHECK_EFAULT_OUT(sys(SYS_uname, bad), "uname: bad pointer");
	CHECK_OK(uname(&u), "uname");
	CHECK(strcmp(u.sysname, "Linux") == 0 && u.nodename[0] != '\0' && u.version[0] != '\0',
	      "uname: Linux, with names");
	int major = 0, minor = 0;
	CHECK(sscanf(u.release, "%d.%d", &major, &minor) == 2 && major >= 6,
	      "uname: a release that glibc takes");
	IN_CHILD("sethostname: changes the name", {
		NEED(sys(SYS_sethostname, "abihost", 7) == 0 && uname(&u) == 0 &&
		     strcmp(u.nodename, "abihost") == 0);
	});
	sys(SYS_sethostname, u.nodename, strlen(u.nodename));
	CHECK_ERRNO(sys(SYS_sethostname, "x", -1), EINVAL, "sethostname: negative length");
	CHECK_ERRNO(sys(SYS_sethostname, u.nodename, 65), EINVAL, "sethostname: too long");
	CHECK_EFAULT_IN(sys(SYS_sethostname, bad, 8), "sethostname: bad pointer");
	struct sysinfo i;
	CHECK_EFAULT_OUT(sys(SYS_sysinfo, bad), "sysinfo: bad pointer");
	CHECK(sysinfo(&i) == 0 && i.totalram > 0 && i.freeram <= i.totalram && i.mem_unit > 0 &&
		      i.procs > 0,
	      "sysinfo: memory and processes");
}

static void limits(void)
{
	struct rlimit r, old;
#ifdef SYS_getrlimit
	CHECK_EFAULT_OUT(sys(SYS_getrlimit, RLIMIT_NOFILE, bad), "getrlimit: bad pointer");
	CHECK_EFAULT_IN(sys(SYS_setrlimit, RLIMIT_NOFILE, bad), "setrlimit: bad pointer");
	CHECK_ERRNO(sys(SYS_getrlimit, 16, &r), EINVAL, "getrlimit: no such resource");
#endif
	CHECK_EFAULT_OUT_OPT(sys(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, bad),
			     "prlimit64: bad old limit");
	CHECK_EFAULT_IN_OPT(sys(SYS_prlimit64, 0, RLIMIT_NOFILE, bad, NULL),
			    "prlimit64: bad new limit");
	int good = 0;
	for (int i = 0; i < 16; i++)
		good += getrlimit(i, &r) == 0 && r.rlim_cur <= r.rlim_max;
	CHECK_EQ(good, 16, "getrlimit: sixteen resources");
	CHECK_ERRNO(sys(SYS_prlimit64, 0, 99, NULL, &r), EINVAL, "prlimit64: no such resource");
	CHECK_ERRNO(sys(SYS_prlimit64, 0x3fffffff, RLIMIT_NOFILE, NULL, &r), ESRCH,
		    "prlimit64: no such process");
	getrlimit(RLIMIT_STACK, &r);
	CHECK_EQ(r.rlim_cur, 8 << 20, "getrlimit: a stack of 8 MiB");
	r = (struct rlimit){ 200, 100 };
	CHECK_ERRNO(setrlimit(RLIMIT_NOFILE, &r), EINVAL, "setrlimit: soft above hard");
	IN_CHILD("setrlimit: plain users only lower the hard limit", {
		NEED(getrlimit(RLIMIT_NOFILE, &old) == 0);
		NEED(setuid(1000) == 0);
		r = (struct rlimit){ 100, old.rlim_max - 1 };
		NEED(setrlimit(RLIMIT_NOFILE, &r) == 0);
		NEED_ERRNO(setrlimit(RLIMIT_NOFILE, &old), EPERM);
		NEED(prlimit(0, RLIMIT_NOFILE, NULL, &r) == 0 && r.rlim_cur == 100);
	});
	IN_CHILD("prlimit64: sets and tells the old in one call, inherited by fork", {
		r = (struct rlimit){ 50, 60 };
		NEED(prlimit(0, RLIMIT_NOFILE, &r, &old) == 0 && old.rlim_cur >= 256);
		pid_t pid = fork();
		if (pid == 0)
			_exit(getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur == 50 &&
					      r.rlim_max == 60
				      ? 0
				      : 1);
		int status = 1;
		NEED(waitpid(pid, &status, 0) == pid && status == 0);
	});
	DIES_BY(SIGXCPU, "setrlimit: RLIMIT_CPU", {
		r = (struct rlimit){ 1, 100 };
		setrlimit(RLIMIT_CPU, &r);
		for (;;)
			getppid();
	});
}

static void usage(void)
{
	struct rusage u = { .ru_maxrss = -1 };
	CHECK_EFAULT_OUT(sys(SYS_getrusage, RUSAGE_SELF, bad), "getrusage: bad pointer");
	CHECK_ERRNO(getrusage(99, &u), EINVAL, "getrusage: of nobody");
	CHECK(getrusage(RUSAGE_SELF, &u) == 0 && u.ru_maxrss > 0 && u.ru_minflt > 0,
	      "getrusage: memory and faults");
	CHECK_OK(getrusage(RUSAGE_THREAD, &u), "getrusage: of a thread");
	CHECK_OK(getrusage(RUSAGE_CHILDREN, &u), "getrusage: of the children");
}

static void randoms(void)
{
	unsigned char a[300] = { 0 }, b[300] = { 0 };
	int set = 0, differ = 0;
	CHECK_EFAULT_OUT_BYTES(sys(SYS_getrandom, bad, 100, GRND_NONBLOCK),
			       "getrandom: bad pointer");
	CHECK_EQ(getrandom(a, 300, 0), 300, "getrandom: all that was asked");
	getrandom(b, 300, GRND_NONBLOCK);
	for (int i = 0; i < 300; i++) {
		set += a[i] != 0;
		differ += a[i] != b[i];
	}
	CHECK(set > 250 && differ > 250, "getrandom: random each time");
	CHECK_EQ(getrandom(a, 0, 0), 0, "getrandom: nothing");
	CHECK_ERRNO(getrandom(a, 1, 0x100), EINVAL, "getrandom: unknown flag");
	CHECK_ERRNO(getrandom(a, 1, GRND_RANDOM | GRND_INSECURE), EINVAL,
		    "getrandom: contradicting flags");
	CHECK_EQ(getrandom(a, 1, GRND_RANDOM | GRND_NONBLOCK), 1, "getrandom: GRND_RANDOM");
}

static void controls(void)
{
	char name[17] = "";
	int sig = -1;
	CHECK_EFAULT_IN(sys(SYS_prctl, PR_SET_NAME, bad), "prctl: PR_SET_NAME bad pointer");
	CHECK_EFAULT_OUT(sys(SYS_prctl, PR_GET_NAME, bad), "prctl: PR_GET_NAME bad pointer");
	CHECK(prctl(PR_SET_NAME, "a-name-that-is-far-too-long") == 0 &&
		      prctl(PR_GET_NAME, name) == 0 && strcmp(name, "a-name-that-is-") == 0,
	      "prctl: PR_SET_NAME cuts to 15");
	CHECK_OK(prctl(PR_SET_PDEATHSIG, SIGUSR1), "prctl: PR_SET_PDEATHSIG");
	CHECK(prctl(PR_GET_PDEATHSIG, &sig) == 0 && sig == SIGUSR1, "prctl: PR_GET_PDEATHSIG");
	CHECK_ERRNO(prctl(PR_SET_PDEATHSIG, 65), EINVAL, "prctl: no such signal");
	prctl(PR_SET_PDEATHSIG, 0);
	CHECK(prctl(PR_SET_DUMPABLE, 0) == 0 && prctl(PR_GET_DUMPABLE) == 0 &&
		      prctl(PR_SET_DUMPABLE, 1) == 0,
	      "prctl: PR_SET_DUMPABLE");
	CHECK_ERRNO(prctl(PR_SET_DUMPABLE, 9), EINVAL, "prctl: PR_SET_DUMPABLE unknown value");
	IN_CHILD("prctl: PR_SET_NO_NEW_PRIVS stays", {
		NEED(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0 &&
		     prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
		NEED(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
		NEED_ERRNO(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0), EINVAL);
	});
	CHECK_ERRNO(prctl(0x7fff, 0, 0, 0, 0), EINVAL, "prctl: unknown option");
	IN_CHILD("prctl: PR_SET_PDEATHSIG is sent when the parent ends", {
		int p[2];
		char c = 0;
		pipe(p);
		pid_t pid = fork();
		if (pid == 0) {
			if (fork() == 0) {
				pid_t parent = getppid();
				prctl(PR_SET_PDEATHSIG, SIGKILL);
				write(p[1], "r", 1);
				if (getppid() == parent)
					for (;;)
						pause();
				_exit(0);
			}
			read(p[0], &c, 1);
			_exit(0);
		}
		close(p[1]);
		waitpid(pid, NULL, 0);
		NEED(read(p[0], &c, 1) == 0);
	});
	IN_CHILD("prctl: PR_SET_CHILD_SUBREAPER takes in orphans", {
		pid_t me = getpid();
		int status = 1;
		NEED(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
		pid_t pid = fork();
		if (pid == 0) {
			pid_t middle = getpid();
			if (fork() == 0) {
				while (getppid() == middle)
					abi_pause_ms(1);
				_exit(getppid() == me ? 0 : 1);
			}
			_exit(0);
		}
		NEED(waitpid(pid, &status, 0) == pid && waitpid(-1, &status, 0) > 0 && status == 0);
	});
}

#ifdef __x86_64__
#include <asm/prctl.h>
static void arch(void)
{
	unsigned long fs = 0;
	CHECK(sys(SYS_arch_prctl, ARCH_GET_FS, &fs) == 0 && fs != 0, "arch_prctl: ARCH_GET_FS");
	CHECK_EFAULT_OUT(sys(SYS_arch_prctl, ARCH_GET_FS, bad), "arch_prctl: bad pointer");
	CHECK_ERRNO(sys(SYS_arch_prctl, ARCH_SET_FS, 0xffff888000000000), EPERM,
		    "arch_prctl: a base in the kernel");
	CHECK_ERRNO(sys(SYS_arch_prctl, ARCH_SET_GS, 0x0100000000000000), EPERM,
		    "arch_prctl: a non-canonical base");
	CHECK_ERRNO(sys(SYS_arch_prctl, 0x9999, 0), EINVAL, "arch_prctl: unknown code");
	unsigned long word = 0x1122334455667788, gs = 0, read = 0;
	CHECK_OK(sys(SYS_arch_prctl, ARCH_SET_GS, &word), "arch_prctl: ARCH_SET_GS");
	sched_yield();
	__asm__ volatile("mov %%gs:0, %0" : "=r"(read));
	CHECK(read == word && sys(SYS_arch_prctl, ARCH_GET_GS, &gs) == 0 &&
		      gs == (unsigned long)&word,
	      "arch_prctl: gs reaches the word");
}
#elif defined(SYS_riscv_hwprobe)
struct probe {
	long key;
	unsigned long value;
};

static void arch(void)
{
	struct probe p[] = { { 3, 0 }, { 4, 0 }, { 7, 0 }, { 8, 0 }, { 0x7777, 5 } };
	CHECK_OK(sys(SYS_riscv_hwprobe, p, 5, 0, NULL, 0), "riscv_hwprobe: five keys");
	CHECK_EQ(p[0].value, 1, "riscv_hwprobe: the base of programs");
	CHECK_EQ(p[1].value & 3, 3, "riscv_hwprobe: F, D and C");
	CHECK(p[2].value >= 1UL << 38, "riscv_hwprobe: the highest address");
	CHECK(p[3].value != 0, "riscv_hwprobe: the clock's frequency");
	CHECK(p[4].key == -1 && p[4].value == 0, "riscv_hwprobe: an unknown key");
	CHECK_ERRNO(sys(SYS_riscv_hwprobe, p, 5, 0, NULL, 2), EINVAL,
		    "riscv_hwprobe: unknown flags");
	CHECK_EFAULT_OUT(sys(SYS_riscv_hwprobe, bad, 1, 0, NULL, 0), "riscv_hwprobe: bad pairs");
	CHECK_EFAULT_IN(sys(SYS_riscv_hwprobe, p, 5, 8, bad, 0), "riscv_hwprobe: bad CPUs");
	unsigned long cpus[16] = { 0 };
	CHECK_ERRNO(sys(SYS_riscv_hwprobe, p, 1, 8, cpus, 0), EINVAL, "riscv_hwprobe: no CPU");
	CHECK_OK(sys(SYS_riscv_hwprobe, NULL, 0, 0, NULL, 0), "riscv_hwprobe: no pairs");
	struct probe wanted = { 4, 3 };
	CHECK_OK(sys(SYS_riscv_hwprobe, &wanted, 1, sizeof(cpus), cpus, 1),
		 "riscv_hwprobe: CPUs with F, D and C");
	CHECK_EQ(cpus[0] & 1, 1, "riscv_hwprobe: the first CPU has them");
	wanted = (struct probe){ 4, 1UL << 63 };
	CHECK_OK(sys(SYS_riscv_hwprobe, &wanted, 1, sizeof(cpus), cpus, 1),
		 "riscv_hwprobe: CPUs with what there is not");
	CHECK_EQ(cpus[0], 0, "riscv_hwprobe: no CPU has it");
	CHECK_ERRNO(sys(SYS_riscv_hwprobe, &wanted, 1, 0, NULL, 1), EINVAL,
		    "riscv_hwprobe: which CPUs, of none");
	CHECK_OK(sys(SYS_riscv_flush_icache, 0, 0, 0), "riscv_flush_icache: everywhere");
	CHECK_OK(sys(SYS_riscv_flush_icache, 1, 2, 1), "riscv_flush_icache: this thread");
	CHECK_ERRNO(sys(SYS_riscv_flush_icache, 0, 0, 2), EINVAL,
		    "riscv_flush_icache: unknown flags");
}
#else
static void arch(void) {}
#endif

static void scheduling(void)
{
	cpu_set_t set;
	unsigned cpu = 99, node = 99;
	CHECK_EFAULT_OUT(sys(SYS_sched_getaffinity, 0, sizeof(set), bad),
			 "sched_getaffinity: bad pointer");
	CHECK_EFAULT_IN(sys(SYS_sched_setaffinity, 0, sizeof(set), bad),
			"sched_setaffinity: bad pointer");
	CHECK_EFAULT_OUT_OPT(sys(SYS_getcpu, bad, NULL, NULL), "getcpu: bad pointer");
	CPU_ZERO(&set);
	long n = sys(SYS_sched_getaffinity, 0, sizeof(set), &set);
	CHECK(n > 0 && n % 8 == 0 && CPU_COUNT(&set) >= 1,
	      "sched_getaffinity: its length and a processor");
	CHECK_ERRNO(sys(SYS_sched_getaffinity, 0, 4, &set), EINVAL, "sched_getaffinity: odd size");
	CHECK_ERRNO(sys(SYS_sched_getaffinity, 0x3fffffff, sizeof(set), &set), ESRCH,
		    "sched_getaffinity: no such process");
	CHECK_OK(sched_setaffinity(0, sizeof(set), &set), "sched_setaffinity: the same again");
	CPU_ZERO(&set);
	CHECK_ERRNO(sched_setaffinity(0, sizeof(set), &set), EINVAL,
		    "sched_setaffinity: no processor");
	CHECK(sys(SYS_getcpu, &cpu, &node, NULL) == 0 && cpu < 64 && node == 0, "getcpu");
	CHECK_OK(sched_yield(), "sched_yield");
	CHECK_EQ(sched_getscheduler(0), SCHED_OTHER, "sched_getscheduler: SCHED_OTHER");
	struct sched_param param = { 99 };
	CHECK(sched_getparam(0, &param) == 0 && param.sched_priority == 0,
	      "sched_getparam: priority 0");
	CHECK(sched_get_priority_max(SCHED_FIFO) == 99 && sched_get_priority_min(SCHED_FIFO) == 1,
	      "sched_get_priority_max, min");
	CHECK_ERRNO(sched_get_priority_max(77), EINVAL, "sched_get_priority_max: unknown policy");
	errno = 0;
	CHECK_EQ(sys(SYS_getpriority, PRIO_PROCESS, 0), 20,
		 "getpriority: the call gives 20 less the niceness");
	IN_CHILD("setpriority: niceness, kept to its range", {
		NEED(setpriority(PRIO_PROCESS, 0, 100) == 0 && getpriority(PRIO_PROCESS, 0) == 19);
		NEED(setuid(1000) == 0);
		NEED_ERRNO(setpriority(PRIO_PROCESS, 0, 5), EACCES);
	});
	CHECK_ERRNO(setpriority(9, 0, 0), EINVAL, "setpriority: unknown kind");
	CHECK_ERRNO(getpriority(PRIO_PROCESS, 0x3fffffff), ESRCH, "getpriority: no such process");
}

static void optional(void)
{
	long r = sys(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
	CHECK(r >= 0 || errno == ENOSYS, "membarrier: answers or is not there");
	r = sys(SYS_rseq, NULL, 0, 0, 0);
	CHECK(r == -1 && (errno == EINVAL || errno == ENOSYS || errno == EPERM || errno == EFAULT),
	      "rseq: refuses a wrong registration or is not there");
	CHECK_ERRNO(syscall(100000), ENOSYS, "a call that does not exist");
	CHECK_ERRNO(syscall(-1), ENOSYS, "call -1");
	CHECK_ERRNO(syscall(0x7fffffffffffL), ENOSYS, "a call number that needs more than 32 bits");
	CHECK_ERRNO(sys(SYS_reboot, 0, 0, 0, NULL), EINVAL, "reboot: wrong magic");
	IN_CHILD("reboot: not for plain users", {
		NEED(setuid(1000) == 0);
		NEED_ERRNO(sys(SYS_reboot, 0xfee1dead, 672274793, 0, NULL), EPERM);
	});
	CHECK_EQ(sys(SYS_personality, 0xffffffffUL), 0, "personality: plain Linux");
}

int main(void)
{
	abi_begin("sysinfo");
	names();
	limits();
	usage();
	randoms();
	controls();
	arch();
	scheduling();
	optional();
	return abi_end();
}
