/* SPDX-License-Identifier: MPL-2.0 */
/*
 * failnth_calls - the calls of failnth: each with what goes before and after it.  run returns 0 or
 * more, or the errno negated; before and after run with nothing failing.
 */
#pragma once

struct call {
	const char *name;
	void (*before)(void);
	long (*run)(void);
	void (*after)(long r);
	int errno_too; /* that may come instead of ENOMEM */
};

static long result(long r)
{
	return r < 0 ? -errno : r;
}

static void nothing(void) {}
static void done(long r)
{
	(void)r;
}
static void close_result(long r)
{
	if (r >= 0)
		close((int)r);
}

/* ---- descriptors and names ---- */

static int file_fd = -1, dir_fd = -1, pipe_fd[2] = { -1, -1 }, some_fds[2];
static char big[65536], *area;

static long run_open(void)
{
	return result(open("new", O_RDWR | O_CREAT | O_EXCL, 0600));
}
static void after_open(long r)
{
	close_result(r);
	if (r >= 0)
		unlink("new");
}
static long run_open_old(void)
{
	return result(open("dir/deep/file", O_RDWR));
}
static long run_mkdir(void)
{
	return result(mkdir("new", 0700));
}
static void after_mkdir(long r)
{
	if (r >= 0)
		rmdir("new");
}
static long run_symlink(void)
{
	return result(symlink("a/target/that/is/long/enough/to/need/memory/of/its/own", "new"));
}
static void after_name(long r)
{
	if (r >= 0)
		unlink("new");
}
static long run_link(void)
{
	return result(link("file", "new"));
}
static long run_mknod(void)
{
	return result(mknod("new", S_IFIFO | 0600, 0));
}
static void before_rename(void)
{
	close(open("new", O_WRONLY | O_CREAT, 0600));
}
static long run_rename(void)
{
	return result(rename("new", "dir/newer"));
}
static void after_rename(long r)
{
	unlink(r >= 0 ? "dir/newer" : "new");
}
static long run_unlink(void)
{
	return result(unlink("new"));
}
static void after_unlink(long r)
{
	if (r < 0)
		unlink("new");
}
static long run_stat(void)
{
	struct stat st;
	return result(stat("dir/deep/../deep/link", &st));
}
static long run_getdents(void)
{
	lseek(dir_fd, 0, SEEK_SET);
	return result(syscall(SYS_getdents64, dir_fd, big, sizeof(big)));
}
static long run_getcwd(void)
{
	return result(syscall(SYS_getcwd, big, sizeof(big)));
}
static long run_chmod(void)
{
	return result(chmod("file", 0640));
}
static long run_chdir(void)
{
	return result(chdir("."));
}
static long run_dup2(void)
{
	return result(dup2(0, 900));
}
static long run_readlink(void)
{
	return result(readlink("/proc/self/exe", big, sizeof(big)));
}

/* ---- data ---- */

static long run_write_file(void)
{
	return result(pwrite(file_fd, big, sizeof(big), 1 << 20));
}
static void after_write_file(long r)
{
	(void)r;
	ftruncate(file_fd, 5000);
}
static long run_read_file(void)
{
	return result(pread(file_fd, big, 5000, 0));
}
static long run_truncate(void)
{
	return result(ftruncate(file_fd, 100));
}
static long run_sendfile(void)
{
	off_t at = 0;
	return result(sendfile(some_fds[1], file_fd, &at, 4000));
}
static void before_pair(void)
{
	pipe(some_fds);
}
static void after_pair(long r)
{
	(void)r;
	close(some_fds[0]);
	close(some_fds[1]);
}
static long run_pipe(void)
{
	return result(pipe(some_fds));
}
static void after_pipe(long r)
{
	if (r >= 0)
		after_pair(r);
}
static long run_pipe_write(void)
{
	return result(write(some_fds[1], big, 20000));
}
static long run_pipe_size(void)
{
	return result(fcntl(some_fds[1], F_SETPIPE_SZ, 1 << 19));
}
static long run_writev(void)
{
	struct iovec v[64];
	for (int i = 0; i < 64; i++)
		v[i] = (struct iovec){ big + i * 64, 64 };
	return result(writev(some_fds[1], v, 64));
}
static long run_memfd(void)
{
	return result(syscall(SYS_memfd_create, "m", 0));
}
static long run_lock(void)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 5 };
	return result(fcntl(file_fd, F_SETLK, &l));
}
static void after_lock(long r)
{
	struct flock l = { .l_type = F_UNLCK, .l_whence = SEEK_SET };
	(void)r;
	fcntl(file_fd, F_SETLK, &l);
}
static long run_flock(void)
{
	return result(flock(file_fd, LOCK_EX));
}
static void after_flock(long r)
{
	(void)r;
	flock(file_fd, LOCK_UN);
}
static long run_poll(void)
{
	static struct pollfd p[200];
	for (int i = 0; i < 200; i++)
		p[i] = (struct pollfd){ .fd = pipe_fd[i % 2], .events = POLLIN };
	return result(poll(p, 200, 1));
}
static long run_select(void)
{
	fd_set in;
	struct timeval wait = { 0, 1000 };
	FD_ZERO(&in);
	FD_SET(pipe_fd[0], &in);
	return result(select(pipe_fd[0] + 1, &in, NULL, NULL, &wait));
}

/* ---- memory ---- */

static long run_mmap(void)
{
	char *p = mmap(NULL, 64 * ABI_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);
	if (p == MAP_FAILED)
		return -errno;
	for (int i = 0; i < 64; i += 8)
		p[i * (long)ABI_PAGE] = 1;
	return result(munmap(p, 64 * ABI_PAGE));
}
static long run_populate(void)
{
	char *p = mmap(NULL, 16 * ABI_PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (p == MAP_FAILED)
		return -errno;
	munmap(p, 16 * ABI_PAGE);
	return 0;
}
static long run_map_file(void)
{
	char *p = mmap(NULL, 2 * ABI_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file_fd, 0);
	if (p == MAP_FAILED)
		return -errno;
	p[10]++;
	munmap(p, 2 * ABI_PAGE);
	return 0;
}
static void before_area(void)
{
	area = mmap(NULL, 256 * ABI_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
	area[5 * ABI_PAGE] = 7;
}
static void after_area(long r)
{
	(void)r;
	munmap(area, 256 * ABI_PAGE);
}
static long run_mprotect(void)
{
	return result(mprotect(area + 3 * ABI_PAGE, 5 * ABI_PAGE, PROT_READ));
}
static long run_munmap(void)
{
	return result(munmap(area + 8 * ABI_PAGE, ABI_PAGE));
}
static long run_mremap(void)
{
	char *p = mremap(area, 256 * ABI_PAGE, 512 * ABI_PAGE, MREMAP_MAYMOVE);
	if (p == MAP_FAILED)
		return -errno;
	munmap(p + 256 * ABI_PAGE, 256 * ABI_PAGE);
	area = p;
	return area[5 * ABI_PAGE] == 7 ? 0 : -EIO;
}
static long run_madvise(void)
{
	return result(madvise(area, 16 * ABI_PAGE, MADV_DONTNEED));
}
static long run_mlock(void)
{
	return result(mlock(area, 16 * ABI_PAGE));
}

#include "failnth_process.h"

static void calls_begin(void)
{
	mkdir("dir", 0700);
	mkdir("dir/deep", 0700);
	close(open("dir/deep/file", O_WRONLY | O_CREAT, 0600));
	symlink("file", "dir/deep/link");
	file_fd = open("file", O_RDWR | O_CREAT, 0600);
	write(file_fd, big, 5000);
	dir_fd = open("dir", O_RDONLY | O_DIRECTORY);
	pipe(pipe_fd);
	test_exec();
}

static void calls_end(void)
{
	close(file_fd);
	close(dir_fd);
	close(pipe_fd[0]);
	close(pipe_fd[1]);
}

static const struct call calls[] = {
	{ "open a new file", nothing, run_open, after_open, ENOSPC },
	{ "open an old file", nothing, run_open_old, close_result, 0 },
	{ "mkdir", nothing, run_mkdir, after_mkdir, ENOSPC },
	{ "symlink", nothing, run_symlink, after_name, ENOSPC },
	{ "link", nothing, run_link, after_name, 0 },
	{ "mknod", nothing, run_mknod, after_name, ENOSPC },
	{ "rename", before_rename, run_rename, after_rename, 0 },
	{ "unlink", before_rename, run_unlink, after_unlink, 0 },
	{ "stat", nothing, run_stat, done, 0 },
	{ "getdents", nothing, run_getdents, done, 0 },
	{ "getcwd", nothing, run_getcwd, done, 0 },
	{ "chmod", nothing, run_chmod, done, 0 },
	{ "chdir", nothing, run_chdir, done, 0 },
	{ "dup2", nothing, run_dup2, close_result, EMFILE },
	{ "readlink", nothing, run_readlink, done, 0 },
	{ "write a file", nothing, run_write_file, after_write_file, ENOSPC },
	{ "read a file", nothing, run_read_file, done, 0 },
	{ "ftruncate", nothing, run_truncate, after_write_file, 0 },
	{ "sendfile", before_pair, run_sendfile, after_pair, 0 },
	{ "pipe", nothing, run_pipe, after_pipe, ENFILE },
	{ "write a pipe", before_pair, run_pipe_write, after_pair, 0 },
	{ "F_SETPIPE_SZ", before_pair, run_pipe_size, after_pair, 0 },
	{ "writev", before_pair, run_writev, after_pair, 0 },
	{ "memfd_create", nothing, run_memfd, close_result, ENFILE },
	{ "F_SETLK", nothing, run_lock, after_lock, ENOLCK },
	{ "flock", nothing, run_flock, after_flock, ENOLCK },
	{ "poll", nothing, run_poll, done, 0 },
	{ "select", nothing, run_select, done, 0 },
	{ "mmap and touch", nothing, run_mmap, done, 0 },
	{ "MAP_POPULATE", nothing, run_populate, done, 0 },
	{ "mmap a file", nothing, run_map_file, done, 0 },
	{ "mprotect", before_area, run_mprotect, after_area, 0 },
	{ "munmap", before_area, run_munmap, after_area, 0 },
	{ "mremap", before_area, run_mremap, after_area, 0 },
	{ "madvise", before_area, run_madvise, after_area, EAGAIN },
	{ "mlock", before_area, run_mlock, after_area, EAGAIN },
	{ "fork", nothing, run_fork, after_fork, EAGAIN },
	{ "clone with shared memory", before_area, run_clone_vm, after_clone, EAGAIN },
	{ "sigqueue", before_sigqueue, run_sigqueue, after_sigqueue, EAGAIN },
	{ "timer_create", nothing, run_timer, done, EAGAIN },
	{ "setitimer", nothing, run_itimer, done, 0 },
	{ "nanosleep", nothing, run_sleep, done, 0 },
	{ "futex", nothing, run_futex, done, 0 },
	{ "setgroups", nothing, run_groups, after_groups, 0 },
	{ "setresuid", nothing, run_setuid, done, EAGAIN },
	{ "process_vm_readv", nothing, run_vm_read, done, 0 },
	{ "/proc/self/maps", nothing, run_maps, done, 0 },
	{ "/proc/self/status", nothing, run_status, done, 0 },
	{ "/proc/self/mountinfo", nothing, run_mounts, done, 0 },
	{ "/proc/meminfo", nothing, run_meminfo, done, 0 },
	{ "/proc/self/fd", nothing, run_proc_fds, done, 0 },
	{ "open a terminal", nothing, run_tty, close_result, 0 },
	{ "mount", nothing, run_mount, after_mount, 0 },
	{ "bind mount", nothing, run_bind, after_mount, 0 },
	{ "sethostname", nothing, run_hostname, done, 0 },
};
