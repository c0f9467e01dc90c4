/* SPDX-License-Identifier: MPL-2.0 */
/* Too many descriptors and pipes; paths too long, too deep, too winding; arguments at their limit.
 */
#include "abi.h"

#include <limits.h>
#include <sys/resource.h>

static int fill_descriptors(void)
{
	int n = 0;
	while (open("/dev/null", O_RDONLY) >= 0)
		n++;
	return errno == EMFILE ? n : -1;
}

static void descriptors(void)
{
	IN_CHILD("descriptors end at the limit, and come back", {
		struct rlimit r = { 1024, 4096 };
		NEED(setrlimit(RLIMIT_NOFILE, &r) == 0);
		NEED(fill_descriptors() > 1000);
		NEED_ERRNO(open("none", O_CREAT | O_RDWR, 0600), EMFILE);
		NEED(access("none", F_OK) == -1);
		int p[2];
		NEED_ERRNO(pipe(p), EMFILE);
		NEED_ERRNO(dup(0), EMFILE);
		r.rlim_cur = 4096;
		NEED(setrlimit(RLIMIT_NOFILE, &r) == 0 && fill_descriptors() == 3072);
		NEED(sys(SYS_close_range, 3, ~0U, 0) == 0 && fill_descriptors() > 4000);
	});
	IN_CHILD("twenty processes full of pipes", {
		pid_t pids[20];
		int go[2];
		char c;
		pipe(go);
		for (int i = 0; i < 20; i++) {
			pids[i] = fork();
			if (pids[i] == 0) {
				int p[2];
				close(go[1]);
				while (pipe(p) == 0)
					;
				NEED(errno == EMFILE || errno == ENFILE || errno == ENOMEM);
				read(go[0], &c, 1);
				_exit(0);
			}
		}
		close(go[1]);
		for (int i = 0; i < 20; i++) {
			int status = 1;
			NEED(waitpid(pids[i], &status, 0) == pids[i] && status == 0);
		}
		NEED(pipe(go) == 0);
	});
	IN_CHILD("pipes that are all full", {
		static char block[65536];
		int p[2];
		size_t held = 0;
		while (held < 24 << 20 && pipe2(p, O_NONBLOCK) == 0)
			for (ssize_t n = 0; (n = write(p[1], block, sizeof(block))) > 0;)
				held += (size_t)n;
		NEED(held > 1 << 20);
	});
	IN_CHILD("the highest descriptor number there may be", {
		struct rlimit r;
		NEED(getrlimit(RLIMIT_NOFILE, &r) == 0);
		r.rlim_cur = r.rlim_max;
		NEED(setrlimit(RLIMIT_NOFILE, &r) == 0);
		NEED(dup2(0, (int)r.rlim_max - 1) == (int)r.rlim_max - 1);
		NEED_ERRNO(dup2(0, (int)r.rlim_max), EBADF);
		NEED(fork() >= 0);
	});
}

static char path[2 * PATH_MAX];

static void long_paths(void)
{
	struct stat st;
	int refused = 0;
	for (size_t n = PATH_MAX - 2; n < PATH_MAX + 3; n++) {
		memset(path, 'p', n);
		path[n] = '\0';
		refused += stat(path, &st) == -1 && errno == ENAMETOOLONG;
		refused += mkdir(path, 0700) == -1 && errno == ENAMETOOLONG;
		refused += rename(path, "x") == -1 && errno == ENAMETOOLONG;
		refused += execl(path, "x", (char *)NULL) == -1 && errno == ENAMETOOLONG;
		refused += chdir(path) == -1 && errno == ENAMETOOLONG;
	}
	CHECK_EQ(refused, 25, "names of about 4096 bytes are refused");
	memset(path, '/', PATH_MAX - 1);
	path[PATH_MAX - 1] = '\0';
	CHECK(stat(path, &st) == 0 && S_ISDIR(st.st_mode), "4095 slashes are the root");
	path[PATH_MAX - 1] = '/';
	path[PATH_MAX] = '\0';
	CHECK_ERRNO(stat(path, &st), ENAMETOOLONG, "4096 slashes are too many");
	for (int i = 0; i < PATH_MAX - 4; i += 3)
		memcpy(path + i, "../", 4);
	CHECK_OK(stat(path, &st), "dot-dots over a whole path");
	for (int i = 0; i < PATH_MAX - 4; i += 2)
		memcpy(path + i, "./", 3);
	CHECK_OK(stat(path, &st), "dots over a whole path");
}

static void deep(void)
{
	enum { DEPTH = 1500 };
	int made = 0, gone = 0, home = open(".", O_RDONLY);
	while (made < DEPTH && mkdir("deeper", 0700) == 0 && chdir("deeper") == 0)
		made++;
	CHECK_EQ(made, DEPTH, "fifteen hundred folders in one another");
	CHECK_ERRNO(sys(SYS_getcwd, path, PATH_MAX), ENAMETOOLONG,
		    "getcwd: longer than a path may be");
	CHECK(sys(SYS_getcwd, path, sizeof(path)) == -1, "getcwd: nor with more room");
	char link[PATH_MAX];
	ssize_t n = readlink("/proc/self/cwd", link, sizeof(link));
	CHECK(n == -1 && errno == ENAMETOOLONG, "readlink: nor from procfs");
	while (gone < DEPTH && chdir("..") == 0 && rmdir("deeper") == 0)
		gone++;
	CHECK_EQ(gone, DEPTH, "and out again, removing them");
	fchdir(home);
	close(home);
}

static void winding(void)
{
	struct stat st;
	/* Each link passes twice through the one before: followed to the end this would take 2^30
	 * steps. */
	symlink(".", "w0");
	for (int i = 1; i < 30; i++) {
		char name[8], text[24];
		snprintf(name, sizeof(name), "w%d", i);
		snprintf(text, sizeof(text), "w%d/w%d", i - 1, i - 1);
		symlink(text, name);
	}
	CHECK_ERRNO(stat("w29", &st), ELOOP, "links that double at each step");
	CHECK_OK(stat("w4", &st), "while a few steps are fine");
	symlink("b", "a");
	symlink("a", "b");
	CHECK_ERRNO(open("a", O_CREAT | O_RDWR, 0600), ELOOP, "two links to each other");
	memset(path, 'x', PATH_MAX - 1);
	path[PATH_MAX - 1] = '\0';
	for (int i = 100; i < PATH_MAX - 1; i += 100)
		path[i] = '/';
	symlink(path, "long");
	CHECK_ERRNO(stat("long", &st), ENOENT, "a link of 4095 bytes");
	CHECK_ERRNO(stat("long/long/long", &st), ENOENT, "and through it");
}

/* How many bytes of arguments a program takes with this stack limit; 0 when even one fails badly.
 */
static size_t most_arguments(rlim_t stack)
{
	static char *argv[20002];
	static char block[1001];
	size_t low = 0, high = 20000;
	memset(block, 'a', 1000);
	while (high - low > 1) {
		size_t n = (low + high) / 2;
		int status = 0;
		pid_t pid = abi_fork();
		if (pid == 0) {
			struct rlimit r = { stack, RLIM_INFINITY };
			for (size_t i = 0; i < n; i++)
				argv[i] = block;
			argv[0] = (char *)"files";
			argv[1] = (char *)"end";
			setrlimit(RLIMIT_STACK, &r);
			execv("/proc/self/exe", argv);
			_exit(errno == E2BIG ? 50 : 51);
		}
		waitpid(pid, &status, 0);
		if (WIFEXITED(status) && WEXITSTATUS(status) == 51)
			return 0;
		if (status == 0)
			low = n;
		else
			high = n;
	}
	return low * 1009;
}

static void arguments(void)
{
	size_t normal = most_arguments(8 << 20), small = most_arguments(1 << 20),
	       none = most_arguments(RLIM_INFINITY);
	abi_note("arguments: %zu bytes at 8 MiB of stack, %zu at 1 MiB, %zu without a limit",
		 normal, small, none);
	CHECK(normal > 1900000 && normal <= 2100000, "arguments: a quarter of the stack");
	CHECK(small > 200000 && small <= 270000, "arguments: of a small stack too");
	CHECK(none > 6000000 && none <= 6400000, "arguments: 6 MiB at most");
	pid_t pid = abi_fork();
	int status = 0;
	if (pid == 0) {
		struct rlimit r = { ABI_PAGE, ABI_PAGE };
		setrlimit(RLIMIT_STACK, &r);
		execl("/proc/self/exe", "files", "end", (char *)NULL);
		_exit(50);
	}
	waitpid(pid, &status, 0);
	CHECK(WIFSIGNALED(status) || WIFEXITED(status), "a stack of one page: an errno or a kill");
	char *none_at_all[] = { NULL };
	pid = abi_fork();
	if (pid == 0) {
		sys(SYS_execve, "/proc/self/exe", none_at_all, none_at_all);
		_exit(50);
	}
	waitpid(pid, &status, 0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 3,
	      "no arguments at all: there is an empty one");
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "end") == 0)
		return 0;
	if (argc == 1 && argv[0][0] == '\0')
		return 3;
	abi_begin("files");
	descriptors();
	long_paths();
	deep();
	winding();
	arguments();
	return abi_end();
}
