/* SPDX-License-Identifier: MPL-2.0 */
/* fork, vfork, clone and clone3 as processes; process numbers; limits on processes. */
#include "abi.h"

#include <linux/sched.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/time.h>

static volatile int word = 1;
static char stack[65536] __attribute__((aligned(64)));

static long raw_clone(unsigned long flags, void *sp, int *ptid, int *ctid)
{
#ifdef __riscv
	return syscall(SYS_clone, flags, sp, ptid, 0L, ctid);
#else
	return syscall(SYS_clone, flags, sp, ptid, ctid, 0L);
#endif
}

static int child_main(void *arg)
{
	word = *(int *)arg;
	return 7;
}

static void numbers(void)
{
	CHECK(getpid() > 0 && getpid() == sys(SYS_gettid),
	      "getpid: the first thread's number is the process's");
	pid_t me = getpid(), pid = 0;
	int p[2];
	pipe(p);
	pid = abi_fork();
	if (pid == 0) {
		pid_t mine = getpid();
		NEED(getppid() == me && mine != me);
		write(p[1], &mine, sizeof(mine));
		_exit(0);
	}
	pid_t told = 0;
	read(p[0], &told, sizeof(told));
	CHECK_EQ(told, pid, "fork: gives the parent the child's number");
	abi_reap(pid, 0, "getppid: is the parent");
	close(p[0]);
	close(p[1]);
	pipe(p);
	pid = abi_fork();
	if (pid == 0) {
		pid_t middle = getpid();
		if (abi_fork() == 0) {
			while (getppid() == middle)
				abi_pause_ms(1);
			pid_t now = getppid();
			write(p[1], &now, sizeof(now));
			_exit(0);
		}
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	read(p[0], &told, sizeof(told));
	CHECK(told != pid && told > 0, "getppid: an orphan gets a new parent");
	close(p[0]);
	close(p[1]);
}

static void memory(void)
{
	char *page = mmap(NULL, ABI_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			  0);
	char *shared = mmap(NULL, ABI_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
			    0);
	page[0] = 1;
	word = 1;
	IN_CHILD("fork: the child has the parent's memory", {
		NEED(page[0] == 1 && word == 1);
		page[0] = 2;
		word = 2;
		shared[0] = 3;
	});
	CHECK(page[0] == 1 && word == 1, "fork: the child's writes stay its own");
	CHECK_EQ(shared[0], 3, "fork: shared mappings are shared");
	pid_t pid = abi_fork();
	if (pid == 0) {
		while (((volatile char *)shared)[1] == 0)
			abi_pause_ms(1);
		NEED(page[0] == 1);
		_exit(0);
	}
	page[0] = 9;
	((volatile char *)shared)[1] = 1;
	abi_reap(pid, 0, "fork: the parent's later writes stay its own");
	munmap(page, ABI_PAGE);
	munmap(shared, ABI_PAGE);
}

static void handler(int sig)
{
	word = sig;
}

static void inheritance(void)
{
	abi_file("f", 100);
	int fd = open("f", O_RDONLY | O_CLOEXEC);
	sigset_t set, got;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGUSR1);
	signal(SIGUSR2, handler);
	IN_CHILD("fork: pending signals are not inherited, the mask is", {
		NEED(sigpending(&got) == 0 && sigismember(&got, SIGUSR1) == 0);
		NEED(sigprocmask(SIG_BLOCK, NULL, &got) == 0 && sigismember(&got, SIGUSR1) == 1);
	});
	IN_CHILD("fork: handlers are inherited", {
		raise(SIGUSR2);
		NEED(word == SIGUSR2);
	});
	IN_CHILD("fork: descriptors and their flags are inherited", {
		NEED(fcntl(fd, F_GETFD) == FD_CLOEXEC);
		close(fd);
	});
	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC, "fork: the child's close stays there");
	IN_CHILD("fork: timers are not inherited", {
		struct itimerval t = { .it_value = { 1000, 0 } };
		setitimer(ITIMER_REAL, &t, NULL);
		pid_t pid = fork();
		if (pid == 0) {
			NEED(getitimer(ITIMER_REAL, &t) == 0 && t.it_value.tv_sec == 0 &&
			     t.it_value.tv_usec == 0);
			_exit(0);
		}
		int status = 0;
		NEED(waitpid(pid, &status, 0) == pid && status == 0);
	});
	struct timespec zero = { 0, 0 };
	sigtimedwait(&set, NULL, &zero);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	signal(SIGUSR2, SIG_DFL);
	close(fd);
}

static void vforks(void)
{
	static volatile int order;
	order = 0;
	pid_t pid = vfork();
	if (pid == 0) {
		abi_pause_ms(20);
		order = 1;
		_exit(5);
	}
	CHECK_EQ(order, 1, "vfork: the parent waits, the memory is shared");
	int status = 0;
	CHECK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 5,
	      "vfork: the child's status");
	pid = vfork();
	if (pid == 0) {
		char *const argv[] = { (char *)"x", (char *)"vforked", NULL };
		execv("/proc/self/exe", argv);
		_exit(1);
	}
	CHECK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 44,
	      "vfork: exec lets the parent go on");
}

static void clones(void)
{
	int value = 42, tid = 0, ctid = 0, status = 0;
	pid_t pid = clone(child_main, stack + sizeof(stack), CLONE_VM | SIGCHLD, &value);
	CHECK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 7,
	      "clone: a function on its own stack");
	CHECK_EQ(word, 42, "clone: CLONE_VM shares the memory");
	pid = clone(child_main, stack + sizeof(stack), SIGCHLD, &status);
	waitpid(pid, &status, 0);
	CHECK_EQ(word, 42, "clone: without CLONE_VM it does not");
	pid = (pid_t)raw_clone(CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | SIGCHLD, NULL, &tid,
			       &ctid);
	if (pid == 0)
		_exit(ctid == sys(SYS_gettid) ? 0 : 1);
	CHECK_EQ(tid, pid, "clone: CLONE_PARENT_SETTID");
	CHECK_EQ(ctid, 0, "clone: CLONE_CHILD_SETTID writes in the child");
	abi_reap(pid, 0, "clone: and there it is");
	mkdir("cwd", 0755);
	pid = (pid_t)raw_clone(CLONE_FS | SIGCHLD, NULL, NULL, NULL);
	if (pid == 0)
		_exit(chdir("cwd"));
	waitpid(pid, &status, 0);
	CHECK_OK(access("../cwd", F_OK), "clone: CLONE_FS shares the folder");
	chdir("..");
	int fd = open("f", O_RDONLY);
	pid = (pid_t)raw_clone(CLONE_FILES | SIGCHLD, NULL, NULL, NULL);
	if (pid == 0)
		_exit(close(fd));
	waitpid(pid, &status, 0);
	CHECK_ERRNO(fcntl(fd, F_GETFD), EBADF, "clone: CLONE_FILES shares the descriptors");
	CHECK_ERRNO(raw_clone(CLONE_SIGHAND | SIGCHLD, NULL, NULL, NULL), EINVAL,
		    "clone: CLONE_SIGHAND without CLONE_VM");
	CHECK_ERRNO(raw_clone(CLONE_THREAD | CLONE_VM, stack + sizeof(stack), NULL, NULL), EINVAL,
		    "clone: CLONE_THREAD without CLONE_SIGHAND");
	CHECK_ERRNO(raw_clone(CLONE_NEWNS | CLONE_FS | SIGCHLD, NULL, NULL, NULL), EINVAL,
		    "clone: CLONE_NEWNS with CLONE_FS");
}

static void exit_signals(void)
{
	int status = 0;
	pid_t pid = (pid_t)raw_clone(0, NULL, NULL, NULL);
	if (pid == 0)
		_exit(3);
	CHECK_ERRNO(waitpid(pid, &status, 0), ECHILD,
		    "wait: a child without SIGCHLD is not waited for plainly");
	CHECK(waitpid(pid, &status, __WCLONE) == pid && WEXITSTATUS(status) == 3,
	      "wait: __WCLONE finds it");
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	pid = (pid_t)raw_clone(SIGUSR1, NULL, NULL, NULL);
	if (pid == 0)
		_exit(3);
	siginfo_t info;
	CHECK(sigwaitinfo(&set, &info) == SIGUSR1 && info.si_pid == pid,
	      "clone: the chosen exit signal is sent");
	CHECK(waitpid(pid, &status, __WALL) == pid, "wait: __WALL finds it");
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	pid_t me = getpid();
	pid = abi_fork();
	if (pid == 0) {
		pid_t sibling = (pid_t)raw_clone(CLONE_PARENT | SIGCHLD, NULL, NULL, NULL);
		if (sibling == 0)
			_exit(getppid() == me ? 21 : 22);
		NEED(sibling > 0);
		NEED_ERRNO(waitpid(sibling, NULL, 0), ECHILD);
		_exit(0);
	}
	abi_reap(pid, 0, "clone: CLONE_PARENT makes no child of one's own");
	CHECK(waitpid(-1, &status, 0) > 0 && WEXITSTATUS(status) == 21,
	      "clone: CLONE_PARENT makes a sibling");
}

static long clone3(struct clone_args *a, size_t size)
{
	return syscall(SYS_clone3, a, size);
}

static void clones3(void)
{
	struct clone_args a = { .exit_signal = SIGCHLD };
	int status = 0;
	long pid = clone3(&a, sizeof(a));
	if (pid == 0)
		_exit(12);
	CHECK(pid > 0 && waitpid((pid_t)pid, &status, 0) == pid && WEXITSTATUS(status) == 12,
	      "clone3: as fork");
	pid = clone3(&a, CLONE_ARGS_SIZE_VER0);
	if (pid == 0)
		_exit(0);
	CHECK(pid > 0 && waitpid((pid_t)pid, &status, 0) == pid,
	      "clone3: the first size of the structure");
	int tid = 0;
	a = (struct clone_args){ .exit_signal = SIGCHLD,
				 .flags = CLONE_PARENT_SETTID,
				 .parent_tid = (uintptr_t)&tid };
	pid = clone3(&a, sizeof(a));
	if (pid == 0)
		_exit(0);
	CHECK(pid > 0 && tid == pid && waitpid((pid_t)pid, &status, 0) == pid,
	      "clone3: parent_tid");
	CHECK_EFAULT_IN(sys(SYS_clone3, bad, sizeof(a)), "clone3: bad pointer");
	a = (struct clone_args){ .exit_signal = SIGCHLD };
	CHECK_ERRNO(clone3(&a, 63), EINVAL, "clone3: structure too small");
	CHECK_ERRNO(clone3(&a, 5000), E2BIG, "clone3: structure too large");
	a.exit_signal = 65;
	CHECK_ERRNO(clone3(&a, sizeof(a)), EINVAL, "clone3: no such exit signal");
	a = (struct clone_args){ .exit_signal = SIGCHLD, .stack = (uintptr_t)stack };
	CHECK_ERRNO(clone3(&a, sizeof(a)), EINVAL, "clone3: a stack without a size");
	a = (struct clone_args){ .exit_signal = SIGCHLD, .stack_size = 4096 };
	CHECK_ERRNO(clone3(&a, sizeof(a)), EINVAL, "clone3: a size without a stack");
	a = (struct clone_args){ .exit_signal = SIGCHLD, .flags = 1ULL << 62 };
	CHECK_ERRNO(clone3(&a, sizeof(a)), EINVAL, "clone3: unknown flag");
	a = (struct clone_args){ .exit_signal = SIGCHLD, .flags = CLONE_DETACHED };
	CHECK_ERRNO(clone3(&a, sizeof(a)), EINVAL, "clone3: the exit signal's old place");
	signal(SIGUSR1, handler);
	a = (struct clone_args){ .exit_signal = SIGCHLD, .flags = CLONE_CLEAR_SIGHAND };
	pid = clone3(&a, sizeof(a));
	if (pid == 0) {
		struct sigaction sa;
		sigaction(SIGUSR1, NULL, &sa);
		_exit(sa.sa_handler == SIG_DFL ? 0 : 1);
	}
	abi_reap((pid_t)pid, 0, "clone3: CLONE_CLEAR_SIGHAND");
	signal(SIGUSR1, SIG_DFL);
	struct {
		struct clone_args a;
		uint64_t more;
	} wide = { .a = { .exit_signal = SIGCHLD }, .more = 1 };
	CHECK_ERRNO(clone3(&wide.a, sizeof(wide)), E2BIG, "clone3: unknown fields must be zero");
}

static void limits(void)
{
	IN_CHILD("fork: RLIMIT_NPROC gives EAGAIN to a plain user", {
		struct rlimit r = { 3, 3 };
		NEED(setrlimit(RLIMIT_NPROC, &r) == 0 && setuid(4321) == 0);
		int made = 0;
		pid_t pid = 0;
		while ((pid = fork()) > 0)
			made++;
		if (pid == 0)
			for (;;)
				pause();
		NEED(errno == EAGAIN && made == 2);
		signal(SIGTERM, SIG_IGN);
		kill(0, SIGTERM);
	});
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "vforked") == 0)
		return 44;
	abi_begin("proc");
	numbers();
	memory();
	inheritance();
	vforks();
	clones();
	exit_signals();
	clones3();
	limits();
	return abi_end();
}
