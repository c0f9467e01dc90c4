/* SPDX-License-Identifier: MPL-2.0 */
/* More memory than there is: the greedy one is killed, the others keep what they have. */
#include "abi.h"

#include <sys/resource.h>
#include <sys/sysinfo.h>

#define RW (PROT_READ | PROT_WRITE)
static size_t total;

/* The kernel should choose this one; one that does not know the file chooses by size. */
static void volunteer(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY);
	write(fd, "1000", 4);
	close(fd);
}

static char *reserve(size_t size)
{
	return mmap(NULL, size, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

static void touch_all(void)
{
	volunteer();
	char *p = reserve(4 * total);
	if (p == MAP_FAILED)
		_exit(7);
	for (size_t i = 0; i < 4 * total; i += ABI_PAGE)
		p[i] = 1;
}

static void greedy(void)
{
	enum { KEPT = 4 << 20 };
	unsigned char *kept = (unsigned char *)reserve(KEPT);
	for (size_t i = 0; i < KEPT; i++)
		kept[i] = (unsigned char)(i * 7 + 1);
	pid_t bystander = abi_fork();
	if (bystander == 0) {
		char *mine = reserve(1 << 20);
		memset(mine, 5, 1 << 20);
		for (;;) {
			abi_pause_ms(10);
			if (mine[12345] != 5)
				_exit(1);
		}
	}
	for (int i = 0; i < 3; i++)
		DIES_BY(SIGKILL, "one that touches more memory than there is, is killed",
			{ touch_all(); });
	CHECK_OK(kill(bystander, 0), "a bystander lives");
	kill(bystander, SIGTERM);
	abi_reap(bystander, SIGTERM, "and goes on running until told to end");
	CHECK(abi_is_pattern(kept, 0, KEPT), "memory of others is what it was");
	DIES_BY(SIGKILL, "through page tables: one byte in every two megabytes", {
		volunteer();
		char *p = reserve(1UL << 45);
		if (p == MAP_FAILED)
			kill(getpid(), SIGKILL);
		for (size_t i = 0; i < 1UL << 45; i += 2 << 20)
			p[i] = 1;
	});
	DIES_BY(SIGKILL, "through reading: the kernel fills the pages", {
		volunteer();
		char *p = reserve(4 * total);
		int fd = open("/dev/zero", O_RDONLY);
		for (size_t i = 0; i < 4 * total;) {
			ssize_t n = read(fd, p + i, 1 << 20);
			if (n <= 0)
				kill(getpid(), SIGKILL); /* an error is as good */
			i += (size_t)n;
		}
	});
	DIES_BY(SIGKILL, "through the stack", {
		struct rlimit r = { RLIM_INFINITY, RLIM_INFINITY };
		setrlimit(RLIMIT_STACK, &r);
		execl("/proc/self/exe", "memory", "stack", (char *)NULL);
	});
}

static int deeper(size_t n)
{
	volatile char frame[65536];
	for (size_t i = 0; i < sizeof(frame); i += ABI_PAGE)
		frame[i] = 1;
	return n == 0 ? 0 : deeper(n - 1) + frame[100];
}

/* Copies of one big process: copy on write hides the need until they write. */
static void copies(void)
{
	size_t size = total / 4;
	pid_t pids[8];
	int killed = 0, fine = 0;
	pid_t holder = abi_fork();
	if (holder == 0) {
		char *p = reserve(size);
		memset(p, 1, size);
		for (int i = 0; i < 8; i++) {
			pids[i] = fork();
			if (pids[i] == 0) {
				volunteer();
				memset(p, 2 + i, size);
				_exit(p[size / 2] == 2 + i ? 0 : 1);
			}
		}
		for (int i = 0; i < 8; i++) {
			int status = 0;
			if (pids[i] < 0 || waitpid(pids[i], &status, 0) != pids[i])
				continue;
			killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
			fine += WIFEXITED(status) && WEXITSTATUS(status) == 0;
		}
		_exit(killed + fine == 8 && p[size / 2] == 1 ? 0 : 1);
	}
	int status = 0;
	waitpid(holder, &status, 0);
	/* The holder itself is as big as its children: it may be the one that goes. */
	CHECK(status == 0 || WTERMSIG(status) == SIGKILL,
	      "eight copies of a process as large as a quarter of memory");
	while (waitpid(-1, NULL, 0) > 0)
		;
}

static void files(void)
{
	static char block[65536];
	memset(block, 7, sizeof(block));
	pid_t pid = abi_fork();
	if (pid == 0) {
		volunteer();
		int fd = open("big", O_CREAT | O_RDWR, 0600);
		ssize_t n = 0;
		for (size_t written = 0; written < 2 * total; written += (size_t)n)
			if ((n = write(fd, block, sizeof(block))) <= 0)
				_exit(errno == ENOSPC || errno == ENOMEM || errno == EFBIG ? 0 : 1);
		_exit(2);
	}
	int status = 0;
	waitpid(pid, &status, 0);
	struct stat st;
	stat("big", &st);
	abi_note("a file of %ld bytes of %zu", (long)st.st_size, total);
	CHECK(status == 0 || WTERMSIG(status) == SIGKILL,
	      "a file larger than memory ends in an errno or a kill");
	CHECK_OK(unlink("big"), "it can be removed");
	IN_CHILD("and its memory is there again", {
		char *p = reserve(total / 4);
		memset(p, 1, total / 4);
		NEED(p[total / 8] == 1);
	});
	pid = abi_fork();
	if (pid == 0) {
		char name[32];
		int made = 0;
		volunteer();
		mkdir("many", 0700);
		for (; made < 20000; made++) {
			snprintf(name, sizeof(name), "many/%d", made);
			int fd = open(name, O_CREAT | O_WRONLY, 0600);
			if (fd < 0)
				break;
			close(fd);
		}
		_exit(made == 20000 || errno == ENOSPC || errno == ENOMEM ? 0 : 1);
	}
	abi_reap(pid, 0, "twenty thousand files");
}

static void limits(void)
{
	IN_CHILD("mmap, brk and the stack refuse what the limits refuse", {
		struct rlimit r = { 16 << 20, 16 << 20 };
		NEED(setrlimit(RLIMIT_AS, &r) == 0);
		int n = 0;
		while (mmap(NULL, 1 << 20, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
			n++;
		NEED(errno == ENOMEM && n < 16);
		NEED(sbrk(32 << 20) == (void *)-1 && errno == ENOMEM);
	});
	IN_CHILD("as many mappings as there may be", {
		char *p = reserve(1UL << 32);
		size_t page = (size_t)getpagesize(), n = 0;
		while (n < 100000 && mprotect(p + n * 2 * page, page, PROT_READ) == 0)
			n++;
		NEED(n == 100000 || errno == ENOMEM);
		NEED(munmap(p, 1UL << 32) == 0);
		NEED(reserve(ABI_PAGE) != MAP_FAILED);
	});
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "stack") == 0) {
		volunteer();
		return deeper(1UL << 20);
	}
	struct sysinfo si;
	sysinfo(&si);
	total = si.totalram * si.mem_unit;
	abi_begin("memory");
	limits();
	greedy();
	copies();
	files();
	return abi_end();
}
