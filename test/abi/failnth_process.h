/* SPDX-License-Identifier: MPL-2.0 */
/* failnth_process - the second half of failnth_calls.h: processes, time, views, mounts. */
#pragma once

/* ---- processes and time ---- */

static long wait_for(long pid)
{
	int status = 0;
	while (waitpid((pid_t)pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}
static long run_fork(void)
{
	long pid = fork();
	if (pid == 0)
		_exit(3);
	return result(pid);
}
static void after_fork(long r)
{
	if (r > 0)
		wait_for(r);
}
static int thread_main(void *arg)
{
	return (int)(long)arg;
}
static long run_clone_vm(void)
{
	return result(clone(thread_main, area + 200 * ABI_PAGE,
			    CLONE_VM | CLONE_FILES | CLONE_FS | CLONE_SIGHAND | SIGCHLD, NULL));
}

static void after_clone(long r)
{
	after_fork(r);
	after_area(r);
}

/* The image that exec starts tells whether the order was still open. */
_Noreturn static void exec_child(void)
{
	char text[16] = "";
	int fd = open("/proc/self/fail-nth", O_RDWR);
	if (fd < 0)
		_exit(2);
	long n = pread(fd, text, sizeof(text) - 1, 0);
	_exit(n > 0 && atoi(text) > 0 ? 0 : 2);
}

static long exec_nth(int nth)
{
	long pid = fork();
	if (pid != 0)
		return pid < 0 ? pid : wait_for(pid);
	char *argv[] = { "failnth", "exec-child", NULL }, *envp[] = { "A=1", NULL };
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", nth);
	int fd = open("/proc/self/fail-nth", O_RDWR);
	if (fd < 0 || write(fd, text, (size_t)len) != len)
		_exit(9);
	execve("/proc/self/exe", argv, envp);
	_exit(errno == ENOMEM ? 1 : 8);
}

/* Statuses: 0 not reached, 1 ENOMEM, 2 reached and survived; past the point of no return a signal.
 */
static void test_exec(void)
{
	int nth = 1, killed = 0, refused = 0;
	long status = 0;
	for (; nth < 500; nth++) {
		status = exec_nth(nth);
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			break;
		if (WIFSIGNALED(status) &&
		    (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGSEGV))
			killed++;
		else if (WIFEXITED(status) && WEXITSTATUS(status) == 1)
			refused++;
		else if (!WIFEXITED(status) || WEXITSTATUS(status) != 2)
			break;
	}
	abi_check(nth < 500 && status == 0 && refused > 0, "execve",
		  "allocation %d failing gives status 0x%lx", nth, status);
	abi_note("execve: %d allocations, %d refused, %d killed", nth - 1, refused, killed);
}

static void before_sigqueue(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
}
static long run_sigqueue(void)
{
	return result(sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = 5 }));
}
static void after_sigqueue(long r)
{
	sigset_t set;
	struct timespec none = { 0, 0 };
	(void)r;
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	while (sigtimedwait(&set, NULL, &none) > 0)
		;
}
static long run_timer(void)
{
	struct sigevent e = { .sigev_notify = SIGEV_NONE };
	int kernel_id = 0;
	long r = syscall(SYS_timer_create, CLOCK_MONOTONIC, &e, &kernel_id);
	if (r < 0)
		return -errno;
	return result(syscall(SYS_timer_delete, kernel_id));
}
static long run_itimer(void)
{
	struct itimerval v = { { 0, 0 }, { 100, 0 } }, off = { { 0, 0 }, { 0, 0 } };
	if (setitimer(ITIMER_VIRTUAL, &v, NULL) < 0)
		return -errno;
	return result(setitimer(ITIMER_VIRTUAL, &off, NULL));
}
static long run_sleep(void)
{
	struct timespec t = { 0, 1000000 };
	return result(nanosleep(&t, NULL));
}
static long run_futex(void)
{
	static int word = 1;
	struct timespec t = { 0, 1000000 };
	long r = syscall(SYS_futex, &word, 0, 1, &t, NULL, 0);
	return r < 0 && errno == ETIMEDOUT ? 0 : result(r);
}
static long run_groups(void)
{
	gid_t g[40];
	for (gid_t i = 0; i < 40; i++)
		g[i] = i;
	return result(syscall(SYS_setgroups, 40, g));
}
static void after_groups(long r)
{
	(void)r;
	syscall(SYS_setgroups, 0, NULL);
}
static long run_setuid(void)
{
	return result(syscall(SYS_setresuid, 0, 0, 0));
}
static long run_vm_read(void)
{
	struct iovec here = { big, 5000 }, there = { big + 10000, 5000 };
	return result(process_vm_readv(getpid(), &here, 1, &there, 1, 0));
}

/* ---- views, terminals, mounts ---- */

static long slurp(const char *path)
{
	int fd = open(path, O_RDONLY);
	if (fd < 0)
		return -errno;
	long n = 0;
	do
		n = read(fd, big, sizeof(big));
	while (n > 0);
	int err = errno;
	close(fd);
	return n < 0 ? -err : 0;
}
static long run_maps(void)
{
	return slurp("/proc/self/maps");
}
static long run_status(void)
{
	return slurp("/proc/self/status");
}
static long run_mounts(void)
{
	return slurp("/proc/self/mountinfo");
}
static long run_meminfo(void)
{
	return slurp("/proc/meminfo");
}
static long run_proc_fds(void)
{
	return result(readlink("/proc/self/fd/0", big, sizeof(big)));
}
static long run_tty(void)
{
	return result(open("/dev/console", O_RDWR | O_NOCTTY));
}
static long run_mount(void)
{
	return result(mount("none", "dir", "tmpfs", 0, "size=64k,mode=755"));
}
static void after_mount(long r)
{
	if (r >= 0)
		umount("dir");
}
static long run_bind(void)
{
	return result(mount("dir/deep", "dir", NULL, MS_BIND, NULL));
}
static long run_hostname(void)
{
	return result(sethostname("fail", 4));
}
