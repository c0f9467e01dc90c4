/* SPDX-License-Identifier: MPL-2.0 */
/* Record locks that split, join and close a circle; seals of memory files. */
#include "abi.h"

#include <linux/memfd.h>
#include <sys/mman.h>

static char buf[4096];

static int set(int fd, short type, off_t start, off_t len)
{
	struct flock l = { .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len };
	return fcntl(fd, F_SETLK, &l);
}

/* Asked by a child, since a process never stands in its own way: does nothing bar start … +len? */
static bool is_free(int fd, off_t start, off_t len)
{
	int status = 0;
	pid_t pid = fork();
	if (pid == 0) {
		struct flock l = {
			.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = start, .l_len = len
		};
		_exit(fcntl(fd, F_GETLK, &l) != 0 || l.l_type != F_UNLCK);
	}
	waitpid(pid, &status, 0);
	return status == 0;
}

static void splitting(void)
{
	int fd = open("locked", O_CREAT | O_RDWR, 0644);
	CHECK_OK(set(fd, F_WRLCK, 0, 100), "lock: bytes 0 to 99");
	CHECK_OK(set(fd, F_UNLCK, 40, 20), "lock: a hole from 40 to 59");
	CHECK(is_free(fd, 40, 20), "lock: the hole is free");
	CHECK(!is_free(fd, 39, 1) && !is_free(fd, 60, 1), "lock: not the bytes beside it");
	CHECK(!is_free(fd, 99, 1) && is_free(fd, 100, 0), "lock: the end stays where it was");
	CHECK_OK(set(fd, F_RDLCK, 90, 20), "lock: the tail becomes a read lock");
	CHECK(!is_free(fd, 60, 30) && !is_free(fd, 109, 1) && is_free(fd, 110, 1),
	      "lock: both parts hold");
	CHECK_OK(set(fd, F_UNLCK, 0, 0), "lock: all of it is given up");
	CHECK(is_free(fd, 0, 0), "lock: nothing is left");
	close(fd);
}

static void circle(void)
{
	int fd = open("circle", O_CREAT | O_RDWR, 0644), go[2];
	char c = 0;
	pipe(go);
	CHECK_OK(set(fd, F_WRLCK, 0, 1), "deadlock: the parent holds byte 0");
	pid_t pid = fork();
	if (pid == 0) {
		struct flock l = {
			.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1
		};
		if (set(fd, F_WRLCK, 1, 1) != 0)
			_exit(1);
		write(go[1], "x", 1);
		_exit(fcntl(fd, F_SETLKW, &l) != 0);
	}
	read(go[0], &c, 1);
	abi_until_asleep(pid);
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 1, .l_len = 1 };
	CHECK_ERRNO(fcntl(fd, F_SETLKW, &l), EDEADLK, "deadlock: waiting for each other");
	CHECK_OK(set(fd, F_UNLCK, 0, 1), "deadlock: one gives way");
	int status = 1;
	waitpid(pid, &status, 0);
	CHECK_EQ(status, 0, "deadlock: the other goes on");
	close(go[0]);
	close(go[1]);
	close(fd);
}

static void seals(void)
{
	int fd = (int)syscall(SYS_memfd_create, "sealed", (long)MFD_ALLOW_SEALING);
	CHECK_EQ(write(fd, buf, 100), 100, "seals: none yet");
	CHECK_EQ(fcntl(fd, F_GET_SEALS), 0, "seals: F_GET_SEALS says so");
	CHECK_OK(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW), "seals: of the size");
	CHECK_ERRNO(ftruncate(fd, 99), EPERM, "seals: it does not shrink");
	CHECK_ERRNO(ftruncate(fd, 101), EPERM, "seals: it does not grow");
	CHECK_EQ(pwrite(fd, buf, 100, 0), 100, "seals: it is written within its size");
	CHECK_ERRNO(pwrite(fd, buf, 1, 100), EPERM, "seals: not past it");
	void *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK_ERRNO(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), EBUSY,
		    "seals: not against writing while it is mapped for that");
	munmap(map, 4096);
	CHECK_OK(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), "seals: against writing");
	CHECK_ERRNO(pwrite(fd, buf, 1, 0), EPERM, "seals: it is not written");
	CHECK_ERRNO(write(fd, buf, 1), EPERM, "seals: nor at its own position");
	CHECK_OK(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL), "seals: of the seals");
	CHECK_ERRNO(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), EPERM, "seals: no more of them");
	CHECK_EQ(fcntl(fd, F_GET_SEALS), F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL,
		 "seals: all are there");
	close(fd);
}

int main(void)
{
	abi_begin("locks");
	splitting();
	circle();
	seals();
	return abi_end();
}
