/* SPDX-License-Identifier: MPL-2.0 */
/* abi - see abi.h.  Lines go out in one write each, so that children never repeat a buffer. */
#include "abi.h"

#include <ftw.h>
#include <stdarg.h>
#include <time.h>

static int passed, failed;
static char work[64];

struct abi_bad abi_bad[] = {
	{ "null", NULL, ABI_NULL },
	{ "low", (void *)0x10, 0 },
	{ "kernel", (void *)0xffff888000001000UL, 0 },
	{ "kernel-text", (void *)0xffffffff81000000UL, 0 },
	{ "past-user", (void *)0x0000800000000000UL, 0 },
	{ "noncanonical", (void *)0x0100000000000000UL, 0 },
	{ "noncanonical-high", (void *)0x8000000000000000UL, 0 },
	{ "user-end", (void *)0x00007fffffffeffeUL, 0 },
	{ "wrap", (void *)~0UL, 0 },
	{ "hole", NULL, 0 },
	{ "no-access", NULL, 0 },
	{ "edge", NULL, ABI_PARTIAL },
	{ "read-only", NULL, ABI_READONLY },
};
const size_t abi_bad_count = countof(abi_bad);

static void say(const char *format, va_list args, const char *prefix)
{
	char line[1024];
	int n = snprintf(line, sizeof(line), "%s", prefix);
	n += vsnprintf(line + n, sizeof(line) - (size_t)n - 2, format, args);
	if (n > (int)sizeof(line) - 2)
		n = (int)sizeof(line) - 2;
	line[n++] = '\n';
	for (int done = 0; done < n;) {
		ssize_t w = write(1, line + done, (size_t)(n - done));
		if (w <= 0 && errno != EINTR)
			return;
		done += w > 0 ? (int)w : 0;
	}
}

static void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void print(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say(format, args, "");
	va_end(args);
}

void abi_note(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say(format, args, "# ");
	va_end(args);
}

void abi_check(bool good, const char *name, const char *format, ...)
{
	char detail[512];
	va_list args;

	if (good) {
		passed++;
		print("ok %d - %s", passed + failed, name);
		return;
	}
	failed++;
	va_start(args, format);
	vsnprintf(detail, sizeof(detail), format, args);
	va_end(args);
	print("not ok %d - %s (%s)", passed + failed, name, detail);
}

void abi_check_errno(long result, int got, int want, const char *name)
{
	bool good = result == -1 && got == want;
	const char *gave = result == -1 ? strerrorname_np(got) : "no error";
	abi_check(good, name, "want %s, got %ld %s", strerrorname_np(want), result, gave);
}

void abi_check_eq(long result, long want, int err, const char *name)
{
	abi_check(result == want, name, "want %ld, got %ld %s", want, result,
		  result == -1 ? strerrorname_np(err) : "");
}

/* The pointer, its memory (where it has any) as it was at the start. */
void *abi_bad_take(size_t i)
{
	if (abi_bad[i].kind == ABI_PARTIAL)
		*(char *)abi_bad[i].pointer = 'x';
	return abi_bad[i].pointer;
}

void abi_check_bad(const char *list, const char *name)
{
	abi_check(list[0] == '\0', name, "no EFAULT for:%s", list);
}

void abi_bad_append(char *list, const char *what, long result, int err)
{
	size_t n = strlen(list);
	snprintf(list + n, 256 - n, " %s=%ld/%s", what, result,
		 result == -1 ? strerrorname_np(err) : "ok");
}

pid_t abi_fork(void)
{
	pid_t pid = fork();
	if (pid < 0) {
		print("not ok - fork (%s)", strerror(errno));
		_exit(97);
	}
	if (pid == 0)
		alarm(ABI_WATCHDOG_S);
	return pid;
}

void abi_child_failed(const char *file, int line, const char *what)
{
	abi_note("child: %s:%d: %s: errno %s", file, line, what, strerrorname_np(errno));
	_exit(99);
}

void abi_reap(pid_t pid, int sig, const char *name)
{
	int status = 0;
	pid_t got = 0;
	do
		got = waitpid(pid, &status, __WALL);
	while (got < 0 && errno == EINTR);
	bool good = got == pid;
	if (sig == 0)
		good = good && WIFEXITED(status) && WEXITSTATUS(status) == 0;
	else
		good = good && WIFSIGNALED(status) && WTERMSIG(status) == sig;
	abi_check(good, name, "child status 0x%x", (unsigned)status);
}

char *abi_fenced(int prot)
{
	char *p = mmap(NULL, 3 * ABI_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);
	if (p == MAP_FAILED) {
		print("not ok - mmap (%s)", strerror(errno));
		_exit(97);
	}
	memset(p, 'x', 2 * ABI_PAGE);
	munmap(p + 2 * ABI_PAGE, ABI_PAGE);
	mprotect(p, 2 * ABI_PAGE, prot);
	return p;
}

static void set_bad(const char *name, void *pointer)
{
	for (size_t i = 0; i < abi_bad_count; i++)
		if (strcmp(abi_bad[i].name, name) == 0)
			abi_bad[i].pointer = pointer;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static void remove_work(void)
{
	nftw(work, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void abi_begin(const char *family)
{
	const char *base = getenv("SYSCALL_TEST_WORKDIR");
	if (base == NULL)
		base = "/tmp";
	mkdir(base, 01777);
	snprintf(work, sizeof(work), "%s/abi-%s", base, family);
	umask(022);
	remove_work();
	if (mkdir(work, 0755) != 0 || chdir(work) != 0)
		print("not ok - work folder %s (%s)", work, strerror(errno));
	alarm(ABI_WATCHDOG_S);

	char *hole = abi_fenced(PROT_READ | PROT_WRITE);
	set_bad("edge", hole + 2 * ABI_PAGE - 1);
	set_bad("hole", hole + 2 * ABI_PAGE);
	/* Something there again would make the hole a mapping: keep it as no memory at all. */
	mmap(hole + 2 * ABI_PAGE, ABI_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
	     0);
	set_bad("no-access", hole + 2 * ABI_PAGE);
	set_bad("read-only", abi_fenced(PROT_READ));
	char *gone = mmap(NULL, 16 * ABI_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(gone + ABI_PAGE, 14 * ABI_PAGE);
	set_bad("hole", gone + 8 * ABI_PAGE);
}

int abi_end(void)
{
	if (chdir("/") == 0)
		remove_work();
	print("%d passed, %d failed", passed, failed);
	return failed == 0 ? 0 : 1;
}

void abi_file(const char *name, size_t size)
{
	unsigned char block[1024];
	int fd = open(name, O_CREAT | O_TRUNC | O_WRONLY, 0644);
	for (size_t done = 0; done < size;) {
		size_t n = size - done < sizeof(block) ? size - done : sizeof(block);
		for (size_t i = 0; i < n; i++)
			block[i] = (unsigned char)((done + i) * 7 + 1);
		ssize_t w = write(fd, block, n);
		if (w <= 0)
			break;
		done += (size_t)w;
	}
	close(fd);
}

bool abi_is_pattern(const void *p, size_t from, size_t size)
{
	const unsigned char *b = p;
	for (size_t i = 0; i < size; i++)
		if (b[i] != (unsigned char)((from + i) * 7 + 1))
			return false;
	return true;
}

char abi_state(pid_t pid)
{
	char path[64], text[512];
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	ssize_t n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	char *p = strrchr(text, ')');
	return p != NULL && p[1] == ' ' ? p[2] : 0;
}

void abi_pause_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };
	while (nanosleep(&t, &t) != 0 && errno == EINTR)
		;
}

void abi_until_asleep(pid_t pid)
{
	char state = 0;
	do {
		abi_pause_ms(2);
		state = abi_state(pid);
	} while (state != 'S' && state != 'Z' && state != 0);
}

void abi_copy(const char *from, const char *to)
{
	static char block[16384];
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	ssize_t n = 0;
	while ((n = read(in, block, sizeof(block))) > 0)
		if (write(out, block, (size_t)n) != n)
			break;
	close(in);
	close(out);
}
