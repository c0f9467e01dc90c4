/* SPDX-License-Identifier: MPL-2.0 */
/* execve and execveat: what they refuse, what survives, #! scripts, arguments, broken files. */
#include "abi.h"

#include <elf.h>
#include <limits.h>
#include <sys/resource.h>
#include <sys/time.h>

extern char **environ;
static char self[512];

/*
 * This program run again checks what it was given: argv[1] names the check.  Exit 0 is good.
 */
static int again(int argc, char **argv)
{
	const char *what = argv[1];
	if (strcmp(what, "args") == 0) {
		int sum = 0;
		for (int i = 2; i < argc; i++)
			sum += (int)strlen(argv[i]);
		return argc == 6 && sum == 9 && strcmp(argv[5], "") == 0 && argv[6] == NULL ? 0 : 1;
	}
	if (strcmp(what, "env") == 0)
		return environ[0] != NULL && strcmp(environ[0], "ONLY=this one") == 0 &&
				       environ[1] == NULL
			       ? 0
			       : 1;
	if (strcmp(what, "noenv") == 0)
		return environ[0] == NULL ? 0 : 1;
	if (strcmp(what, "fds") == 0)
		return fcntl(30, F_GETFD) == 0 && fcntl(31, F_GETFD) == -1 && errno == EBADF ? 0
											     : 1;
	if (strcmp(what, "signals") == 0) {
		struct sigaction one, two;
		sigset_t set, pending;
		sigaction(SIGUSR1, NULL, &one);
		sigaction(SIGUSR2, NULL, &two);
		sigprocmask(SIG_BLOCK, NULL, &set);
		sigpending(&pending);
		stack_t alt;
		sigaltstack(NULL, &alt);
		return one.sa_handler == SIG_DFL && two.sa_handler == SIG_IGN &&
				       sigismember(&set, SIGHUP) == 1 &&
				       sigismember(&pending, SIGHUP) == 1 &&
				       (alt.ss_flags & SS_DISABLE) != 0
			       ? 0
			       : 1;
	}
	if (strcmp(what, "keep") == 0) {
		struct itimerval t;
		char cwd[PATH_MAX];
		getitimer(ITIMER_REAL, &t);
		return getpid() == atoi(argv[2]) && umask(022) == 033 && t.it_value.tv_sec > 100 &&
				       getcwd(cwd, sizeof(cwd)) != NULL && strcmp(cwd, "/") == 0 &&
				       getpriority(PRIO_PROCESS, 0) == 5
			       ? 0
			       : 1;
	}
	if (strcmp(what, "count") == 0)
		return argc == atoi(argv[2]) ? 0 : 1;
	if (strcmp(what, "name") == 0) {
		char comm[32] = "";
		int fd = open("/proc/self/comm", O_RDONLY);
		read(fd, comm, sizeof(comm) - 1);
		return strcmp(comm, argv[2]) == 0 ? 0 : 1;
	}
	if (strcmp(what, "true") == 0)
		return 0;
	return 2;
}

/* Runs path and gives its exit status, or the negative errno when it did not start. */
static int run(const char *path, char *const argv[])
{
	int status = 0;
	pid_t pid = abi_fork();
	if (pid == 0) {
		alarm(0);
		execv(path, argv);
		_exit(200 + (errno == E2BIG ? 49 : errno < 49 ? errno : 48));
	}
	waitpid(pid, &status, 0);
	if (!WIFEXITED(status))
		return 1000 + WTERMSIG(status);
	return WEXITSTATUS(status) >= 200 ? -(WEXITSTATUS(status) - 200) : WEXITSTATUS(status);
}
#define ARGV(...) ((char *const[]){ (char *)"exec", __VA_ARGS__, NULL })
#define S(x)	  ((char *)(x))

static void put(const char *name, const char *text, int mode)
{
	int fd = open(name, O_CREAT | O_TRUNC | O_WRONLY, 0755);
	write(fd, text, strlen(text));
	fchmod(fd, (mode_t)mode);
	close(fd);
}

static void hostile(void)
{
	char *argv[3] = { S("x"), S("true"), NULL };
	CHECK_EFAULT_IN(sys(SYS_execve, bad, argv, environ), "execve: bad path");
	CHECK_EFAULT_IN_OPT(sys(SYS_execve, self, bad, environ), "execve: bad argument vector");
	CHECK_EFAULT_IN_OPT(sys(SYS_execve, self, argv, bad), "execve: bad environment vector");
	CHECK_EFAULT_IN_OPT((argv[1] = bad, sys(SYS_execve, self, argv, environ)),
			    "execve: bad argument");
	argv[1] = S("true");
	CHECK_EFAULT_IN_OPT(sys(SYS_execve, self, argv, ((char *[]){ bad, NULL })),
			    "execve: bad environment string");
	CHECK_EFAULT_IN(sys(SYS_execveat, AT_FDCWD, bad, argv, environ, 0), "execveat: bad path");
}

static void refused(void)
{
	char *argv[] = { S("x"), NULL };
	CHECK_ERRNO(execv("none", argv), ENOENT, "execve: no such file");
	CHECK_ERRNO(execv("", argv), ENOENT, "execve: empty path");
	CHECK_ERRNO(execv("/tmp", argv), EACCES, "execve: a directory");
	put("plain", "data\n", 0644);
	CHECK_ERRNO(execv("plain", argv), EACCES, "execve: no x bit, even for root");
	CHECK_ERRNO(execv("plain/x", argv), ENOTDIR, "execve: a file as a folder");
	put("text", "just text, no program\n", 0755);
	CHECK_ERRNO(execv("text", argv), ENOEXEC, "execve: a text file");
	put("empty", "", 0755);
	CHECK_ERRNO(execv("empty", argv), ENOEXEC, "execve: an empty file");
	symlink("cycle", "cycle");
	CHECK_ERRNO(execv("cycle", argv), ELOOP, "execve: a link to itself");
	CHECK_ERRNO(execv("/dev/null", argv), EACCES, "execve: a device");
	abi_copy("/proc/self/exe", "copy");
	int fd = open("copy", O_WRONLY);
	CHECK_ERRNO(execv("copy", argv), ETXTBSY, "execve: a file open for writing");
	close(fd);
	IN_CHILD("execve: a plain user needs the x bit for others", {
		chmod("copy", 0744);
		NEED(setgid(1000) == 0 && setuid(1000) == 0);
		NEED_ERRNO(execv("copy", argv), EACCES);
	});
	chmod("copy", 0755);
}

static void arguments(void)
{
	CHECK_EQ(run(self, ARGV(S("args"), S("one"), S("two"), S("333"), S(""))), 0,
		 "execve: arguments arrive");
	pid_t pid = abi_fork();
	char *only[] = { S("ONLY=this one"), NULL };
	if (pid == 0)
		_exit(execve(self, ARGV(S("env")), only));
	abi_reap(pid, 0, "execve: the environment arrives");
	pid = abi_fork();
	if (pid == 0)
		_exit((int)sys(SYS_execve, self, ARGV(S("noenv")), NULL));
	abi_reap(pid, 0, "execve: no environment vector is an empty one");
	abi_copy(self, "abi-exec-with-a-long-name");
	CHECK_EQ(run("abi-exec-with-a-long-name", ARGV(S("name"), S("abi-exec-with-a\n"))), 0,
		 "execve: the process's name is the file's, cut to 15");
}

static void limits(void)
{
	enum { LONGEST = 32 * ABI_PAGE }; /* with its end: 128 KiB where pages have 4 */
	static char big[LONGEST + 16];
	memset(big, 'b', sizeof(big));
	big[LONGEST - 1] = '\0';
	CHECK_EQ(run(self, ARGV(S("true"), big)), 0,
		 "execve: an argument of 32 pages with its end");
	big[LONGEST - 1] = 'b';
	big[LONGEST] = '\0';
	CHECK_EQ(run(self, ARGV(S("true"), big)), -49, "execve: one byte more is E2BIG");
	static char *many[20003];
	many[0] = S("x");
	many[1] = S("count");
	many[2] = S("20000");
	for (int i = 3; i < 20000; i++)
		many[i] = S("argument");
	CHECK_EQ(run(self, many), 0, "execve: twenty thousand arguments");
	big[60000] = '\0';
	for (int i = 3; i < 100; i++)
		many[i] = big;
	CHECK_EQ(run(self, many), -49, "execve: more than a quarter of the stack limit is E2BIG");
	IN_CHILD("execve: a smaller stack limit allows less", {
		struct rlimit r = { 1 << 20, 1 << 20 };
		NEED(setrlimit(RLIMIT_STACK, &r) == 0);
		for (int i = 0; i < 10; i++)
			many[i] = big;
		many[10] = NULL;
		NEED_ERRNO(execv(self, many), E2BIG);
	});
}

static void survivors(void)
{
	int fd = open("plain", O_RDONLY);
	dup2(fd, 30);
	sys(SYS_dup3, fd, 31, O_CLOEXEC);
	close(fd);
	CHECK_EQ(run(self, ARGV(S("fds"))), 0,
		 "execve: closes what is marked close-on-exec, keeps the rest");
	CHECK_EQ(fcntl(31, F_GETFD), FD_CLOEXEC, "execve: the parent's stay open");
	close(30);
	close(31);
	pid_t pid = abi_fork();
	if (pid == 0) {
		static char stack[65536];
		stack_t alt = { .ss_sp = stack, .ss_size = sizeof(stack) };
		sigset_t set;
		signal(SIGUSR1, (void (*)(int))(uintptr_t)again);
		signal(SIGUSR2, SIG_IGN);
		sigemptyset(&set);
		sigaddset(&set, SIGHUP);
		sigprocmask(SIG_BLOCK, &set, NULL);
		raise(SIGHUP);
		sigaltstack(&alt, NULL);
		_exit(execv(self, ARGV(S("signals"))));
	}
	abi_reap(pid, 0, "execve: handlers go, ignored, blocked and pending signals stay");
	pid = abi_fork();
	if (pid == 0) {
		char number[16];
		struct itimerval t = { .it_value = { 1000, 0 } };
		snprintf(number, sizeof(number), "%d", getpid());
		umask(033);
		chdir("/");
		setpriority(PRIO_PROCESS, 0, 5);
		setitimer(ITIMER_REAL, &t, NULL);
		_exit(execv(self, ARGV(S("keep"), number)));
	}
	abi_reap(pid, 0, "execve: number, umask, folder, timer and niceness stay");
}

static void scripts(void)
{
	char line[PATH_MAX];
	snprintf(line, sizeof(line), "#!%s args\n", self);
	put("script", line, 0755);
	/* script runs as: interpreter "args" script-path arguments */
	CHECK_EQ(run("./scr", ARGV(S("x"))), -ENOENT, "#!: no such script");
	CHECK_EQ(run("script", ARGV(S("x"), S(""))), 1,
		 "#!: runs the interpreter (wrong arguments for it)");
	/* args wants: args a b c "" with nine letters in a..c: script(6) x xx */
	CHECK_EQ(run("script", ARGV(S("x"), S("xx"), S(""))), 0,
		 "#!: interpreter, its one argument, script, arguments");
	snprintf(line, sizeof(line), "#!  %s \t args  \n", self);
	put("script", line, 0755);
	CHECK_EQ(run("script", ARGV(S("x"), S("xx"), S(""))), 0, "#!: spaces around the parts");
	snprintf(line, sizeof(line), "#!%s args and more\n", self);
	put("script", line, 0755);
	CHECK_EQ(run("script", ARGV(S("x"), S("xx"), S(""))), 2,
		 "#!: everything after the interpreter is one argument");
	snprintf(line, sizeof(line), "#!%s true", self);
	put("script", line, 0755);
	CHECK_EQ(run("script", ARGV(S("x"))), 0, "#!: no newline at the end of the file");
	put("script", "#!/no/such/interpreter\n", 0755);
	CHECK_EQ(run("script", ARGV(S("x"))), -ENOENT, "#!: no such interpreter");
	put("script", "#!\n", 0755);
	CHECK_EQ(run("script", ARGV(S("x"))), -ENOEXEC, "#!: no interpreter named");
	put("script", "#!   \n", 0755);
	CHECK_EQ(run("script", ARGV(S("x"))), -ENOEXEC, "#!: only spaces");
	put("noexec", "", 0644);
	put("script", "#!noexec\n", 0755);
	CHECK_EQ(run("script", ARGV(S("x"))), -EACCES, "#!: an interpreter without x bit");
	memset(line, 'i', 300);
	memcpy(line, "#!/", 3);
	strcpy(line + 300, "\n");
	put("script", line, 0755);
	CHECK_EQ(run("script", ARGV(S("x"))), -ENOEXEC,
		 "#!: a first line without end in 256 bytes");
	snprintf(line, sizeof(line), "#!%s true\n", self);
	put("s0", line, 0755);
	for (int i = 1; i <= 6; i++) {
		char name[8];
		snprintf(line, sizeof(line), "#!%s%d\n", "s", i - 1);
		snprintf(name, sizeof(name), "s%d", i);
		put(name, line, 0755);
	}
	CHECK_EQ(run("s4", ARGV(S("x"))), 0, "#!: five scripts deep");
	CHECK_EQ(run("s5", ARGV(S("x"))), -ELOOP, "#!: six is ELOOP");
	put("me", "#!me\n", 0755);
	CHECK_EQ(run("me", ARGV(S("x"))), -ELOOP, "#!: its own interpreter");
}

static void at(void)
{
	char *argv[] = { S("x"), S("true"), NULL };
	int d = open(".", O_RDONLY | O_DIRECTORY), f = open("copy", O_PATH);
	pid_t pid = abi_fork();
	if (pid == 0)
		_exit((int)sys(SYS_execveat, d, "copy", argv, environ, 0));
	abi_reap(pid, 0, "execveat: relative to a directory");
	pid = abi_fork();
	if (pid == 0)
		_exit((int)sys(SYS_execveat, f, "", argv, environ, AT_EMPTY_PATH));
	abi_reap(pid, 0, "execveat: AT_EMPTY_PATH runs the descriptor");
	CHECK_ERRNO(sys(SYS_execveat, f, "", argv, environ, 0), ENOENT,
		    "execveat: an empty path without it");
	CHECK_ERRNO(sys(SYS_execveat, f, "x", argv, environ, 0), ENOTDIR,
		    "execveat: relative to a file");
	CHECK_ERRNO(sys(SYS_execveat, 999, "copy", argv, environ, 0), EBADF,
		    "execveat: closed directory");
	CHECK_ERRNO(sys(SYS_execveat, d, "copy", argv, environ, 0x40000000), EINVAL,
		    "execveat: unknown flag");
	symlink("copy", "lcopy");
	CHECK_ERRNO(sys(SYS_execveat, d, "lcopy", argv, environ, AT_SYMLINK_NOFOLLOW), ELOOP,
		    "execveat: AT_SYMLINK_NOFOLLOW");
	close(d);
	close(f);
}

/* A broken copy of this program: `size` bytes of it, one field changed. */
static int broken(size_t size, size_t at, uint64_t value, size_t width)
{
	abi_copy("/proc/self/exe", "broken");
	int fd = open("broken", O_RDWR);
	pwrite(fd, &value, width, (off_t)at);
	if (size > 0)
		ftruncate(fd, (off_t)size);
	close(fd);
	return run("broken", ARGV(S("true")));
}
#define FIELD(f) offsetof(Elf64_Ehdr, f), (uint64_t)

static void elf(void)
{
	CHECK_EQ(broken(0, FIELD(e_machine) 0x1234, 2), -ENOEXEC, "elf: another machine");
	CHECK_EQ(broken(0, FIELD(e_type) ET_REL, 2), -ENOEXEC, "elf: an object file");
	CHECK_EQ(broken(0, FIELD(e_type) ET_CORE, 2), -ENOEXEC, "elf: a core file");
	CHECK_EQ(broken(0, FIELD(e_phentsize) 55, 2), -ENOEXEC, "elf: odd size of program headers");
	CHECK_EQ(broken(0, FIELD(e_phnum) 0, 2), -ENOEXEC, "elf: no program headers");
	CHECK_EQ(broken(0, FIELD(e_phnum) 0xffff, 2), -ENOEXEC, "elf: too many program headers");
	int r = broken(0, FIELD(e_phoff) 1UL << 40, 8);
	CHECK(r == -ENOEXEC || r == -EIO, "elf: program headers past the end of the file");
	CHECK_EQ(broken(30, 0, 0x464c457f, 4), -ENOEXEC, "elf: half a header");
	CHECK_EQ(broken(0, 0, 0x464c4500, 4), -ENOEXEC, "elf: wrong magic");
	r = broken(0, FIELD(e_entry) 0, 8);
	CHECK(r == 1000 + SIGSEGV, "elf: entry at 0 dies by SIGSEGV");
	r = broken(0, FIELD(e_entry) 0xffffffff80000000, 8);
	CHECK(r == 1000 + SIGSEGV || r == -ENOEXEC || r == -EINVAL,
	      "elf: entry in the kernel dies or is refused");
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return again(argc, argv);
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[n > 0 ? n : 0] = '\0';
	abi_begin("exec");
	hostile();
	refused();
	arguments();
	limits();
	survivors();
	scripts();
	at();
	elf();
	return abi_end();
}
