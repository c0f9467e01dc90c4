/* SPDX-License-Identifier: MPL-2.0 */
/* What cp, cat, mv and dd use to copy: copy_file_range, sendfile, fadvise, fallocate, FICLONE,
 * attributes. */
#include "abi.h"

#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/xattr.h>

static char buf[20000];

static long cfr(int in, void *off_in, int out, void *off_out, size_t len, unsigned flags)
{
	return syscall(SYS_copy_file_range, (long)in, off_in, (long)out, off_out, len, (long)flags);
}

static void range(void)
{
	abi_file("f", 10000);
	int in = open("f", O_RDONLY), out = open("g", O_CREAT | O_RDWR, 0644), p[2],
	    d = open(".", O_RDONLY);
	pipe(p);
	CHECK_EFAULT_IN_OPT(cfr(in, bad, out, NULL, 100, 0), "copy_file_range: bad input offset");
	CHECK_EFAULT_IN_OPT(cfr(in, NULL, out, bad, 100, 0), "copy_file_range: bad output offset");
	CHECK_ERRNO(cfr(in, NULL, out, NULL, 100, 1), EINVAL, "copy_file_range: unknown flag");
	CHECK_ERRNO(cfr(999, NULL, out, NULL, 100, 0), EBADF, "copy_file_range: closed input");
	CHECK_ERRNO(cfr(in, NULL, in, NULL, 100, 0), EBADF,
		    "copy_file_range: output open for reading");
	CHECK_ERRNO(cfr(d, NULL, out, NULL, 100, 0), EISDIR, "copy_file_range: a directory");
	CHECK_ERRNO(cfr(p[0], NULL, out, NULL, 100, 0), EINVAL, "copy_file_range: a pipe");
	lseek(in, 0, SEEK_SET);
	lseek(out, 0, SEEK_SET);
	ftruncate(out, 0);
	long total = 0, n = 0;
	while ((n = cfr(in, NULL, out, NULL, 1 << 20, 0)) > 0)
		total += n;
	CHECK(n == 0 && total == 10000, "copy_file_range: a whole file, then 0");
	CHECK(pread(out, buf, sizeof(buf), 0) == 10000 && abi_is_pattern(buf, 0, 10000),
	      "copy_file_range: the same bytes");
	CHECK(lseek(in, 0, SEEK_CUR) == 10000 && lseek(out, 0, SEEK_CUR) == 10000,
	      "copy_file_range: both offsets move");
	int64_t from = 5000, to = 100;
	CHECK_EQ(cfr(in, &from, out, &to, 200, 0), 200, "copy_file_range: with offsets");
	CHECK(from == 5200 && to == 300 && lseek(in, 0, SEEK_CUR) == 10000,
	      "copy_file_range: those move instead");
	CHECK(pread(out, buf, 200, 100) == 200 && abi_is_pattern(buf, 5000, 200),
	      "copy_file_range: to the right place");
	int app = open("g", O_WRONLY | O_APPEND);
	CHECK_ERRNO(cfr(in, &from, app, NULL, 10, 0), EBADF,
		    "copy_file_range: output open for appending");
	from = 0;
	to = 50;
	int same = open("f", O_RDWR);
	CHECK_ERRNO(cfr(same, &from, same, &to, 100, 0), EINVAL,
		    "copy_file_range: onto itself, overlapping");
	close(same);
	close(app);
	close(in);
	close(out);
	close(p[0]);
	close(p[1]);
	close(d);
}

static void sending(void)
{
	int in = open("f", O_RDONLY), out = open("h", O_CREAT | O_RDWR, 0644), p[2];
	off_t at = 1000;
	pipe(p);
	CHECK_EFAULT_OUT_OPT(sys(SYS_sendfile, out, in, bad, 100), "sendfile: bad offset");
	CHECK_EQ(sendfile(p[1], in, &at, 4000), 4000, "sendfile: into a pipe");
	CHECK(at == 5000 && read(p[0], buf, 4000) == 4000 && abi_is_pattern(buf, 1000, 4000),
	      "sendfile: the right bytes, the offset moves");
	CHECK_EQ(sendfile(out, in, NULL, 100000), 10000,
		 "sendfile: a whole file, from its own offset");
	CHECK_EQ(sendfile(out, in, NULL, 100), 0, "sendfile: then 0");
	CHECK_ERRNO(sendfile(in, in, NULL, 100), EBADF, "sendfile: output open for reading");
	at = -1;
	CHECK_ERRNO(sendfile(out, in, &at, 100), EINVAL, "sendfile: negative offset");
	close(in);
	close(out);
	close(p[0]);
	close(p[1]);
}

static void advice(void)
{
	int fd = open("f", O_RDWR), p[2];
	pipe(p);
	CHECK_OK(sys(SYS_fadvise64, fd, 0, 0, POSIX_FADV_SEQUENTIAL), "fadvise64: sequential");
	CHECK_OK(sys(SYS_fadvise64, fd, 0, 100, POSIX_FADV_DONTNEED), "fadvise64: not needed");
	CHECK_ERRNO(sys(SYS_fadvise64, fd, 0, 0, 99), EINVAL, "fadvise64: unknown advice");
	CHECK_ERRNO(sys(SYS_fadvise64, 999, 0, 0, 0), EBADF, "fadvise64: closed descriptor");
	CHECK_ERRNO(sys(SYS_fadvise64, p[0], 0, 0, 0), ESPIPE, "fadvise64: a pipe");
	CHECK_ERRNO(sys(SYS_fadvise64, fd, 0, -1, 0), EINVAL, "fadvise64: negative length");
	CHECK_OK(sys(SYS_readahead, fd, 0, 4096) == 0 || errno == EINVAL ? 0 : -1,
		 "readahead: done or not for this file");
	close(fd);
	close(p[0]);
	close(p[1]);
}

static void allocating(void)
{
	int fd = open("f", O_RDWR), ro = open("f", O_RDONLY), p[2];
	struct stat st;
	pipe(p);
	CHECK_ERRNO(fallocate(fd, 0, -1, 10), EINVAL, "fallocate: negative offset");
	CHECK_ERRNO(fallocate(fd, 0, 0, 0), EINVAL, "fallocate: no length");
	CHECK_ERRNO(fallocate(ro, 0, 0, 10), EBADF, "fallocate: descriptor open for reading");
	CHECK_ERRNO(fallocate(p[1], 0, 0, 10), ESPIPE, "fallocate: a pipe");
	CHECK_ERRNO(fallocate(fd, 0x4000, 0, 10), EOPNOTSUPP, "fallocate: unknown mode");
	long r = fallocate(fd, 0, 0, 20000);
	CHECK((r == 0 && fstat(fd, &st) == 0 && st.st_size == 20000) ||
		      (r == -1 && errno == EOPNOTSUPP),
	      "fallocate: grows the file or is not supported");
	r = fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4096, 4096);
	CHECK((r == 0 && pread(fd, buf, 4096, 4096) == 4096 && buf[0] == 0 && buf[4095] == 0) ||
		      (r == -1 && errno == EOPNOTSUPP),
	      "fallocate: punches a hole or is not supported");
	CHECK_ERRNO(ioctl(fd, FICLONE, ro), EOPNOTSUPP, "FICLONE: not on this filesystem");
	CHECK_ERRNO(ioctl(fd, FICLONE, 999), EBADF, "FICLONE: closed source");
	close(fd);
	close(ro);
	close(p[0]);
	close(p[1]);
}

/* ls -l and cp -a ask for attributes; "none of that here" has its own numbers. */
static void attributes(void)
{
	long r = getxattr("f", "system.posix_acl_access", buf, sizeof(buf));
	CHECK(r == -1 && (errno == ENODATA || errno == EOPNOTSUPP), "getxattr: no access list");
	r = lgetxattr("f", "security.selinux", buf, sizeof(buf));
	CHECK(r == -1 && (errno == ENODATA || errno == EOPNOTSUPP), "lgetxattr: no label");
	r = listxattr("f", buf, sizeof(buf));
	CHECK(r == 0 || (r == -1 && errno == EOPNOTSUPP), "listxattr: empty or not supported");
	CHECK_ERRNO(getxattr("none", "user.x", buf, 10), ENOENT, "getxattr: no such file");
	CHECK_EFAULT_IN(sys(SYS_getxattr, bad, "user.x", buf, 10), "getxattr: bad path");
	CHECK_EFAULT_IN(sys(SYS_getxattr, "f", bad, buf, 10), "getxattr: bad name");
}

int main(void)
{
	abi_begin("copy");
	range();
	sending();
	advice();
	allocating();
	attributes();
	return abi_end();
}
