/* SPDX-License-Identifier: MPL-2.0 */
/* The device files: null, zero, full, random, urandom, kmsg, tty, console. */
#include "abi.h"

#include <poll.h>
#include <sys/sysmacros.h>

static char buf[10000];

static bool is_device(const char *path, unsigned maj, unsigned min)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(maj, min);
}

static void nodes(void)
{
	CHECK(is_device("/dev/null", 1, 3) && is_device("/dev/zero", 1, 5) &&
		      is_device("/dev/full", 1, 7),
	      "dev: null 1:3, zero 1:5, full 1:7");
	CHECK(is_device("/dev/random", 1, 8) && is_device("/dev/urandom", 1, 9) &&
		      is_device("/dev/kmsg", 1, 11),
	      "dev: random 1:8, urandom 1:9, kmsg 1:11");
	CHECK(is_device("/dev/tty", 5, 0) && is_device("/dev/console", 5, 1),
	      "dev: tty 5:0, console 5:1");
	struct stat st;
	CHECK(stat("/dev/null", &st) == 0 && (st.st_mode & 0777) == 0666,
	      "dev: null is for everybody");
	mknod("mynull", S_IFCHR | 0600, makedev(1, 3));
	int fd = open("mynull", O_RDWR);
	CHECK(fd >= 0 && write(fd, "x", 1) == 1 && read(fd, buf, 1) == 0,
	      "dev: mknod elsewhere gives the same device");
	close(fd);
	mknod("nodevice", S_IFCHR | 0600, makedev(250, 77));
	CHECK_ERRNO(open("nodevice", O_RDWR), ENXIO, "dev: no driver is ENXIO");
	IN_CHILD("mknod: devices are not for plain users", {
		mkdir("open", 0777);
		chmod("open", 0777);
		NEED(setuid(1000) == 0);
		NEED_ERRNO(mknod("open/null", S_IFCHR | 0666, makedev(1, 3)), EPERM);
		NEED(mknod("open/fifo", S_IFIFO | 0666, 0) == 0);
	});
}

static void null(void)
{
	int fd = open("/dev/null", O_RDWR);
	CHECK_EQ(read(fd, buf, 10), 0, "null: reads nothing");
	CHECK_EQ(write(fd, buf, 5000), 5000, "null: takes everything");
	CHECK_EQ(write(fd, buf, 0), 0, "null: and nothing");
	CHECK_EQ(lseek(fd, 1000, SEEK_SET), 0, "null: stays at 0");
	CHECK_EQ(sys(SYS_write, fd, 0x10, 1L << 20), 1L << 20, "null: does not look at the bytes");
	CHECK_ERRNO(ftruncate(fd, 0), EINVAL, "null: has no size to change");
	close(fd);
	fd = open("/dev/null", O_WRONLY | O_TRUNC | O_CREAT, 0644);
	CHECK(fd >= 0, "null: opens as a shell redirects");
	close(fd);
}

static void zero_full(void)
{
	int fd = open("/dev/zero", O_RDWR);
	memset(buf, 1, sizeof(buf));
	bool zeros = read(fd, buf, sizeof(buf)) == sizeof(buf);
	for (size_t i = 0; i < sizeof(buf); i++)
		zeros = zeros && buf[i] == 0;
	CHECK(zeros, "zero: reads zeros");
	CHECK_EQ(write(fd, buf, 77), 77, "zero: takes everything");
	CHECK_EFAULT_OUT_BYTES(sys(SYS_read, fd, bad, 200), "zero: bad buffer");
	char *p = mmap(NULL, 2 * ABI_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK(p != MAP_FAILED && p[5000] == 0 && (p[5000] = 1), "zero: maps as memory");
	munmap(p, 2 * ABI_PAGE);
	close(fd);
	fd = open("/dev/full", O_RDWR);
	CHECK_ERRNO(write(fd, buf, 1), ENOSPC, "full: is full");
	memset(buf, 1, 10);
	CHECK(read(fd, buf, 10) == 10 && buf[0] == 0 && buf[9] == 0, "full: reads zeros");
	close(fd);
}

static void randoms(void)
{
	const char *names[] = { "/dev/random", "/dev/urandom" };
	for (int n = 0; n < 2; n++) {
		int fd = open(names[n], O_RDWR), set = 0;
		memset(buf, 0, 1000);
		long got = read(fd, buf, 1000);
		for (int i = 0; i < 1000; i++)
			set += buf[i] != 0;
		CHECK(got == 1000 && set > 900,
		      n == 0 ? "random: gives random bytes" : "urandom: gives random bytes");
		CHECK_EQ(write(fd, buf, 10), 10,
			 n == 0 ? "random: takes bytes" : "urandom: takes bytes");
		CHECK_EFAULT_OUT_BYTES(sys(SYS_read, fd, bad, 100),
				       n == 0 ? "random: bad buffer" : "urandom: bad buffer");
		close(fd);
	}
}

static void kmsg(void)
{
	int fd = open("/dev/kmsg", O_RDWR | O_NONBLOCK);
	CHECK(fd >= 0, "kmsg: opens");
	lseek(fd, 0, SEEK_END);
	CHECK_EQ(write(fd, "<7>abi test line\n", 17), 17, "kmsg: takes a line");
	bool seen = false;
	int tries = 0;
	memset(buf, 0, sizeof(buf));
	for (long n = 0; tries < 1000 && !seen && (n = read(fd, buf, sizeof(buf) - 1)) > 0;
	     tries++) {
		buf[n] = '\0';
		seen = strstr(buf, ";abi test line\n") != NULL;
	}
	CHECK(seen, "kmsg: gives it back as a record");
	unsigned level = 99;
	unsigned long seq = 0, us = 0;
	CHECK(sscanf(buf, "%u,%lu,%lu,", &level, &seq, &us) == 3 && (level & 7) == 7 && level >= 8,
	      "kmsg: record: level, number, time");
	while (read(fd, buf, sizeof(buf)) > 0)
		;
	CHECK(errno == EAGAIN, "kmsg: nothing more is EAGAIN");
	lseek(fd, 0, SEEK_SET);
	CHECK(read(fd, buf, sizeof(buf)) > 0, "kmsg: rewinds");
	lseek(fd, 0, SEEK_SET);
	CHECK_ERRNO(read(fd, buf, 3), EINVAL, "kmsg: no room for a record");
	CHECK_EFAULT_IN(sys(SYS_write, fd, bad, 10), "kmsg: bad buffer");
	close(fd);
}

static bool restrict_log(const char *value)
{
	int fd = open("/proc/sys/kernel/dmesg_restrict", O_WRONLY);
	bool good = fd >= 0 && write(fd, value, 1) == 1;
	close(fd);
	return good;
}

/* Whom kernel.dmesg_restrict lets read the log. */
static void kmsg_restricted(void)
{
	enum { READ_ALL = 3, SIZE_BUFFER = 10, NOBODY = 12345 };
	CHECK(restrict_log("1"), "dmesg_restrict: 1");
	IN_CHILD("dmesg_restrict 1: others neither open nor ask", {
		NEED(setuid(NOBODY) == 0);
		NEED_ERRNO(open("/dev/kmsg", O_RDONLY), EPERM);
		NEED_ERRNO(sys(SYS_syslog, READ_ALL, buf, sizeof(buf)), EPERM);
		NEED_ERRNO(sys(SYS_syslog, SIZE_BUFFER, NULL, 0), EPERM);
	});
	CHECK(sys(SYS_syslog, READ_ALL, buf, sizeof(buf)) > 0, "dmesg_restrict 1: root reads");
	CHECK(restrict_log("0"), "dmesg_restrict: 0");
	IN_CHILD("dmesg_restrict 0: others read", {
		NEED(setuid(NOBODY) == 0 && open("/dev/kmsg", O_RDONLY) >= 0);
		NEED(sys(SYS_syslog, READ_ALL, buf, sizeof(buf)) > 0);
	});
	CHECK(!restrict_log("2") && restrict_log("1"), "dmesg_restrict: 0 and 1 only");
}

int main(void)
{
	abi_begin("dev");
	nodes();
	null();
	zero_full();
	randoms();
	kmsg();
	kmsg_restricted();
	return abi_end();
}
