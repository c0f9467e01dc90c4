/* SPDX-License-Identifier: MPL-2.0 */
/* One process at another's: process_vm_readv, process_vm_writev, /proc/PID/mem, priorities of
 * others. */
#include "abi.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/uio.h>

enum { PAGES = 3, SIZE = PAGES * (int)ABI_PAGE, NOBODY = 65534 };

/* What the child has at the same address: a pattern of its own, then waits to be killed. */
static char *shared_place;
static pid_t child;

static void start_child(void)
{
	int ready[2];
	char c;
	shared_place = mmap(NULL, SIZE + ABI_PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(shared_place, 'p', SIZE);
	munmap(shared_place + SIZE, ABI_PAGE);
	if (pipe(ready) != 0)
		return;
	child = abi_fork();
	if (child == 0) {
		for (int i = 0; i < SIZE; i++)
			shared_place[i] = (char)(i * 7 + 1);
		mprotect(shared_place + 2 * ABI_PAGE, ABI_PAGE, PROT_READ);
		(void)!write(ready[1], "r", 1);
		for (;;)
			pause();
	}
	(void)!read(ready[0], &c, 1);
	close(ready[0]);
	close(ready[1]);
}

static long vm_read(pid_t pid, void *to, size_t to_len, void *from, size_t from_len)
{
	struct iovec local = { to, to_len }, remote = { from, from_len };
	return process_vm_readv(pid, &local, 1, &remote, 1, 0);
}

static long vm_write(pid_t pid, void *from, size_t from_len, void *to, size_t to_len)
{
	struct iovec local = { from, from_len }, remote = { to, to_len };
	return process_vm_writev(pid, &local, 1, &remote, 1, 0);
}

static void vm_reading(void)
{
	static char buf[SIZE + 2 * 4096];
	CHECK_EQ(vm_read(child, buf, SIZE, shared_place, SIZE), SIZE, "process_vm_readv: reads");
	CHECK(abi_is_pattern(buf, 0, SIZE), "process_vm_readv: the other's bytes");
	CHECK(shared_place[5] == 'p', "process_vm_readv: not ours");
	CHECK_EQ(vm_read(child, buf, 10, shared_place, SIZE), 10,
		 "process_vm_readv: local shorter");
	CHECK_EQ(vm_read(child, buf, SIZE, shared_place + 100, 7), 7,
		 "process_vm_readv: remote shorter");
	memset(buf, 0, sizeof(buf));
	struct iovec local[2] = { { buf, 5 }, { buf + 5, 4000 } };
	struct iovec remote[3] = { { shared_place, 3 },
				   { shared_place + 3, 0 },
				   { shared_place + 3, 5000 } };
	CHECK_EQ(process_vm_readv(child, local, 2, remote, 3, 0), 4005,
		 "process_vm_readv: vectors");
	CHECK(abi_is_pattern(buf, 0, 4005), "process_vm_readv: vectors in order");
	CHECK_EQ(vm_read(child, buf, sizeof(buf), shared_place + ABI_PAGE, SIZE),
		 2 * (long)ABI_PAGE, "process_vm_readv: up to the hole");
	CHECK_ERRNO(vm_read(child, buf, 10, shared_place + SIZE, 10), EFAULT,
		    "process_vm_readv: nothing there");
	CHECK_ERRNO(vm_read(child, buf, 10, (void *)0xffff888000000000, 10), EFAULT,
		    "process_vm_readv: the kernel's addresses");
	CHECK_EQ(vm_read(child, buf, 0, shared_place, 10), 0, "process_vm_readv: nothing asked");
	CHECK_EQ(process_vm_readv(child, local, 0, remote, 1, 0), 0,
		 "process_vm_readv: no vectors");
}

static void vm_errors(void)
{
	char buf[16];
	struct iovec local = { buf, sizeof(buf) }, remote = { shared_place, sizeof(buf) };
	CHECK_ERRNO(process_vm_readv(child, &local, 1, &remote, 1, 1), EINVAL,
		    "process_vm_readv: no flags are known");
	CHECK_ERRNO(process_vm_readv(child, &local, 1025, &remote, 1, 0), EINVAL,
		    "process_vm_readv: too many local vectors");
	CHECK_ERRNO(process_vm_readv(child, &local, 1, &remote, 1025, 0), EINVAL,
		    "process_vm_readv: too many remote vectors");
	CHECK_ERRNO(process_vm_readv(0x3fffffff, &local, 1, &remote, 1, 0), ESRCH,
		    "process_vm_readv: no such process");
	CHECK_EFAULT_IN(sys(SYS_process_vm_readv, child, bad, 1, &remote, 1, 0),
			"process_vm_readv: bad local vectors");
	CHECK_EFAULT_IN(sys(SYS_process_vm_readv, child, &local, 1, bad, 1, 0),
			"process_vm_readv: bad remote vectors");
	CHECK_EFAULT_OUT_BYTES(vm_read(child, bad, 16, shared_place, 16),
			       "process_vm_readv: bad local memory");
	IN_CHILD("process_vm_readv: not for strangers", {
		NEED(setgid(NOBODY) == 0 && setuid(NOBODY) == 0);
		NEED_ERRNO(vm_read(child, buf, 10, shared_place, 10), EPERM);
		NEED_ERRNO(vm_write(child, buf, 10, shared_place, 10), EPERM);
	});
}

static void vm_writing(void)
{
	char buf[64] = "written by the parent", back[64] = "";
	CHECK_EQ(vm_write(child, buf, 22, shared_place + 4090, 22), 22,
		 "process_vm_writev: over a page's end");
	CHECK(vm_read(child, back, 22, shared_place + 4090, 22) == 22 && memcmp(buf, back, 22) == 0,
	      "process_vm_writev: it is there");
	CHECK(shared_place[4090] == 'p', "process_vm_writev: not here");
	CHECK_ERRNO(vm_write(child, buf, 10, shared_place + 2 * ABI_PAGE, 10), EFAULT,
		    "process_vm_writev: read-only there");
	CHECK_EQ(vm_write(child, buf, 20, shared_place + 2 * ABI_PAGE - 5, 20), 5,
		 "process_vm_writev: up to what is read-only");
	CHECK_EFAULT_IN_BYTES(vm_write(child, bad, 16, shared_place, 16),
			      "process_vm_writev: bad local memory");
	CHECK_EQ(vm_write(getpid(), buf, 5, back, 5), 5, "process_vm_writev: to oneself");
}

static int open_mem(pid_t pid, int flags)
{
	char name[64];
	snprintf(name, sizeof(name), "/proc/%d/mem", pid);
	return open(name, flags);
}

static void memory_file(void)
{
	char buf[SIZE];
	off_t at = (off_t)(uintptr_t)shared_place;
	int fd = open_mem(child, O_RDWR);
	CHECK(fd >= 0, "/proc/PID/mem: opens");
	CHECK(pread(fd, buf, 2000, at + 200) == 2000 && abi_is_pattern(buf, 200, 2000),
	      "/proc/PID/mem: reads");
	CHECK(lseek(fd, at + 10, SEEK_SET) == at + 10 && read(fd, buf, 20) == 20 &&
		      abi_is_pattern(buf, 10, 20) && lseek(fd, 5, SEEK_CUR) == at + 35,
	      "/proc/PID/mem: lseek");
	CHECK_ERRNO(lseek(fd, 0, SEEK_END), EINVAL, "/proc/PID/mem: has no end");
	CHECK_EQ(pwrite(fd, "mem", 3, at + 300), 3, "/proc/PID/mem: writes");
	CHECK(pread(fd, buf, 3, at + 300) == 3 && memcmp(buf, "mem", 3) == 0,
	      "/proc/PID/mem: it is there");
	CHECK_ERRNO(pread(fd, buf, 10, at + SIZE), EIO, "/proc/PID/mem: nothing there");
	CHECK_EQ(pread(fd, buf, 100, at + SIZE - 40), 40, "/proc/PID/mem: up to the hole");
	CHECK_ERRNO(pwrite(fd, "x", 1, at + SIZE), EIO, "/proc/PID/mem: no write there");
	CHECK_EFAULT_OUT_BYTES(pread(fd, bad, 16, at), "/proc/PID/mem: bad buffer");
	close(fd);
	IN_CHILD("/proc/PID/mem: not for strangers", {
		NEED(setgid(NOBODY) == 0 && setuid(NOBODY) == 0);
		NEED(open_mem(child, O_RDONLY) == -1 && errno == EACCES);
	});
	IN_CHILD("/proc/PID/mem: of a process that is gone", {
		int gone = open_mem(child, O_RDONLY);
		NEED(gone >= 0);
		kill(child, SIGKILL);
		while (abi_state(child) != 'Z' && abi_state(child) != 0)
			abi_pause_ms(1);
		NEED(pread(gone, buf, 10, at) == 0);
	});
	waitpid(child, NULL, 0);
}

static pid_t sleeper(void)
{
	pid_t pid = abi_fork();
	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

static void priorities(void)
{
	IN_CHILD("setpriority: a process group", {
		NEED(setpgid(0, 0) == 0);
		pid_t other = sleeper();
		NEED(setpriority(PRIO_PGRP, 0, 3) == 0);
		NEED(getpriority(PRIO_PROCESS, other) == 3 && getpriority(PRIO_PROCESS, 0) == 3);
		NEED(setpriority(PRIO_PROCESS, other, 7) == 0);
		errno = 0;
		NEED(getpriority(PRIO_PGRP, getpid()) == 3 && errno == 0);
		NEED_ERRNO(getpriority(PRIO_PGRP, 0x3fffffff), ESRCH);
		NEED_ERRNO(setpriority(PRIO_PGRP, 0x3fffffff, 1), ESRCH);
		kill(other, SIGKILL);
	});
	IN_CHILD("setpriority: a user", {
		NEED(setresuid(4711, 4711, 4711) == 0);
		pid_t other = sleeper();
		NEED(setpriority(PRIO_USER, 0, 5) == 0);
		NEED(getpriority(PRIO_PROCESS, other) == 5 && getpriority(PRIO_PROCESS, 0) == 5);
		NEED(getpriority(PRIO_USER, 4711) == 5);
		NEED_ERRNO(setpriority(PRIO_USER, 0, 2), EACCES);
		NEED_ERRNO(getpriority(PRIO_USER, 4712), ESRCH);
		kill(other, SIGKILL);
	});
	pid_t other = sleeper();
	IN_CHILD("setpriority: another user's process", {
		NEED(setuid(4711) == 0);
		NEED_ERRNO(setpriority(PRIO_PROCESS, other, 19), EPERM);
		NEED(getpriority(PRIO_PROCESS, other) == 0);
	});
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
}

int main(void)
{
	abi_begin("peer");
	start_child();
	vm_reading();
	vm_errors();
	vm_writing();
	memory_file();
	priorities();
	return abi_end();
}
