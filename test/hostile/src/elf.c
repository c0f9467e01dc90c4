/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Broken ELF files, executed one after another.  Whatever the file, execve answers with an errno
 * or the new program ends (a signal, its own exit); a whole file still runs after each kind.
 */
#include "abi.h"

#include <elf.h>

static unsigned char good[65536], bad[65536 + 64];
static size_t good_size;
static const char *victims = "/hostile/lib";

static const uint64_t numbers[] = { 0,
				    1,
				    2,
				    7,
				    55,
				    64,
				    4095,
				    4096,
				    0x7fff,
				    0xffff,
				    0x10000,
				    0x7fffffff,
				    0x80000000,
				    0xffffffff,
				    1UL << 40,
				    (1UL << 47) - 4096,
				    1UL << 47,
				    0x7fffffffffffffff,
				    0x8000000000000000,
				    0xffff888000000000,
				    0xffffffff81000000,
				    -4096UL,
				    -1UL };

struct outcome {
	int refused, killed, exited, odd;
};

static void load(const char *name)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/%s", victims, name);
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, good, sizeof(good));
	close(fd);
	good_size = n > 0 ? (size_t)n : 0;
	memcpy(bad, good, sizeof(good));
}

/* Writes `size` bytes of `bad` as a program and runs it; adds what became of it. */
static int run(size_t size, struct outcome *o)
{
	int fd = open("prog", O_CREAT | O_TRUNC | O_WRONLY, 0755), status = 0;
	if (write(fd, bad, size) != (ssize_t)size)
		o->odd++;
	close(fd);
	pid_t pid = fork();
	if (pid == 0) {
		char *argv[] = { (char *)"prog", NULL };
		alarm(5); /* it may loop: it is allowed to */
		if (setgid(65534) != 0 || setuid(65534) != 0)
			_exit(101);
		execv("./prog", argv);
		_exit(errno == 0 || errno == EFAULT ? 101 : 100);
	}
	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status))
		o->killed++;
	else if (WEXITSTATUS(status) == 100)
		o->refused++;
	else if (WEXITSTATUS(status) == 101)
		o->odd++;
	else
		o->exited++;
	return status;
}

static void restore(void)
{
	memcpy(bad, good, sizeof(good));
}

static bool still_runs(void)
{
	struct outcome o = { 0 };
	restore();
	return WEXITSTATUS(run(good_size, &o)) == 42 && o.exited == 1;
}

static void verdict(const struct outcome *o, const char *name)
{
	abi_note("%s: %d refused, %d killed, %d ran", name, o->refused, o->killed, o->exited);
	CHECK(o->odd == 0 && still_runs(), name);
}

static void each_number(size_t at, size_t width, const char *name)
{
	struct outcome o = { 0 };
	uint64_t was = 0;
	memcpy(&was, good + at, width);
	for (size_t i = 0; i < countof(numbers) + 4; i++) {
		const uint64_t near[] = { was - 1, was + 1, was + 4096, good_size };
		uint64_t v = i < countof(numbers) ? numbers[i] : near[i - countof(numbers)];
		restore();
		memcpy(bad + at, &v, width);
		run(good_size, &o);
	}
	verdict(&o, name);
}

struct field {
	const char *name;
	size_t at, width;
};

static void headers(void)
{
	static const struct field fields[] = {
		{ "e_type", offsetof(Elf64_Ehdr, e_type), 2 },
		{ "e_machine", offsetof(Elf64_Ehdr, e_machine), 2 },
		{ "e_version", offsetof(Elf64_Ehdr, e_version), 4 },
		{ "e_entry", offsetof(Elf64_Ehdr, e_entry), 8 },
		{ "e_phoff", offsetof(Elf64_Ehdr, e_phoff), 8 },
		{ "e_shoff", offsetof(Elf64_Ehdr, e_shoff), 8 },
		{ "e_ehsize", offsetof(Elf64_Ehdr, e_ehsize), 2 },
		{ "e_phentsize", offsetof(Elf64_Ehdr, e_phentsize), 2 },
		{ "e_phnum", offsetof(Elf64_Ehdr, e_phnum), 2 },
		{ "e_ident class", EI_CLASS, 1 },
		{ "e_ident data", EI_DATA, 1 },
	};
	for (size_t i = 0; i < countof(fields); i++)
		each_number(fields[i].at, fields[i].width, fields[i].name);
}

/* The first segment of each kind, or all of them. */
static void segments(const char *kind, bool all)
{
	unsigned seen = 0;
	static const struct field fields[] = {
		{ "p_type", offsetof(Elf64_Phdr, p_type), 4 },
		{ "p_flags", offsetof(Elf64_Phdr, p_flags), 4 },
		{ "p_offset", offsetof(Elf64_Phdr, p_offset), 8 },
		{ "p_vaddr", offsetof(Elf64_Phdr, p_vaddr), 8 },
		{ "p_filesz", offsetof(Elf64_Phdr, p_filesz), 8 },
		{ "p_memsz", offsetof(Elf64_Phdr, p_memsz), 8 },
		{ "p_align", offsetof(Elf64_Phdr, p_align), 8 },
	};
	Elf64_Ehdr eh;
	memcpy(&eh, good, sizeof(eh));
	for (size_t s = 0; s < eh.e_phnum; s++) {
		Elf64_Phdr ph;
		memcpy(&ph, good + eh.e_phoff + s * sizeof(ph), sizeof(ph));
		if (ph.p_type != PT_LOAD && ph.p_type != PT_INTERP && ph.p_type != PT_GNU_STACK)
			continue;
		if (!all && (seen & 1U << ph.p_type % 8) != 0)
			continue;
		seen |= 1U << ph.p_type % 8;
		for (size_t i = 0; i < countof(fields); i++) {
			char name[64];
			snprintf(name, sizeof(name), "%s: segment %zu, %s", kind, s,
				 fields[i].name);
			each_number(eh.e_phoff + s * sizeof(ph) + fields[i].at, fields[i].width,
				    name);
		}
	}
}

static void lengths(void)
{
	struct outcome o = { 0 };
	for (size_t n = 0; n < 1024 && n < good_size; n += 8)
		run(n, &o);
	verdict(&o, "cut short in the headers");
	o = (struct outcome){ 0 };
	for (size_t n = 1024; n < good_size; n += 256)
		run(n, &o);
	verdict(&o, "cut short after the headers");
	o = (struct outcome){ 0 };
	int fd = open("prog", O_CREAT | O_TRUNC | O_WRONLY, 0755);
	close(fd);
	memset(bad, 0, sizeof(bad));
	run(sizeof(bad), &o);
	memset(bad, 0xff, sizeof(bad));
	run(sizeof(bad), &o);
	memcpy(bad, ELFMAG, SELFMAG);
	run(sizeof(bad), &o);
	CHECK_EQ(o.refused, 3, "zeros, ones, and ones after the magic are refused");
}

static uint32_t seed = 12345;
static uint32_t next(void)
{
	seed = seed * 1664525 + 1013904223;
	return seed >> 8;
}

static void flips(void)
{
	struct outcome o = { 0 };
	for (int i = 0; i < 300; i++) {
		restore();
		for (uint32_t n = 1 + next() % 4; n > 0; n--)
			bad[next() % 512] = (unsigned char)next();
		run(good_size, &o);
	}
	verdict(&o, "random bytes in the headers");
}

static Elf64_Phdr *phdr(size_t i)
{
	return (Elf64_Phdr *)(bad + ((Elf64_Ehdr *)bad)->e_phoff) + i;
}

/* All PT_LOADs at one place, then in the wrong order, then many of them. */
static void layouts(void)
{
	struct outcome o = { 0 };
	Elf64_Ehdr *eh = (Elf64_Ehdr *)bad;
	restore();
	for (size_t i = 1; i < eh->e_phnum; i++)
		if (phdr(i)->p_type == PT_LOAD)
			phdr(i)->p_vaddr = phdr(0)->p_vaddr;
	run(good_size, &o);
	restore();
	for (size_t i = 0; i < eh->e_phnum / 2U; i++) {
		Elf64_Phdr t = *phdr(i);
		*phdr(i) = *phdr(eh->e_phnum - 1U - i);
		*phdr(eh->e_phnum - 1U - i) = t;
	}
	run(good_size, &o);
	restore();
	for (size_t i = 0; i < eh->e_phnum; i++) {
		*phdr(i) = *phdr(0);
		phdr(i)->p_type = PT_LOAD;
		phdr(i)->p_memsz = (1UL << 47) / 4;
	}
	run(good_size, &o);
	restore();
	eh->e_phoff = 16384;
	eh->e_phnum = 73; /* as many as fit in a page */
	for (size_t i = 0; i < eh->e_phnum; i++) {
		*phdr(i) = (Elf64_Phdr){ .p_type = PT_LOAD,
					 .p_flags = PF_R | PF_W,
					 .p_vaddr = 0x400000 + i * 0x10000000,
					 .p_filesz = 100,
					 .p_memsz = 0x8000000,
					 .p_align = 4096 };
	}
	run(sizeof(good), &o);
	restore();
	for (size_t i = 0; i < eh->e_phnum; i++)
		phdr(i)->p_filesz = phdr(i)->p_memsz = 0;
	run(good_size, &o);
	verdict(&o, "segments over each other, out of order, everywhere, nowhere");
}

static void interpreters(void)
{
	static const char *names[] = {
		"/none", "/tmp", "/dev/null", "/dev/zero",	"/proc/self/exe",
		"",	 "prog", "./prog",    "/proc/self/mem", "/hostile/lib/victim"
	};
	struct outcome o = { 0 };
	Elf64_Ehdr *eh = (Elf64_Ehdr *)bad;
	restore();
	size_t at = 0;
	for (size_t i = 0; i < eh->e_phnum; i++)
		if (phdr(i)->p_type == PT_INTERP)
			at = i;
	for (size_t i = 0; i < countof(names); i++) {
		restore();
		strcpy((char *)bad + 40000, names[i]);
		phdr(at)->p_offset = 40000;
		phdr(at)->p_filesz = strlen(names[i]) + 1;
		run(sizeof(good), &o);
	}
	restore();
	memset(bad + 40000, '/', 4096); /* no end */
	phdr(at)->p_offset = 40000;
	phdr(at)->p_filesz = 4096;
	run(sizeof(good), &o);
	verdict(&o, "interpreters that are none, and the program itself");
}

int main(void)
{
	abi_begin("elf");
	chmod(".", 0755);
	load("victim");
	CHECK(good_size > 500 && still_runs(), "the program runs as it is");
	headers();
	segments("static", true);
	lengths();
	flips();
	layouts();
	load("victim-dynamic");
	CHECK(good_size > 500 && still_runs(), "the program with an interpreter runs as it is");
	segments("interpreted", false);
	flips();
	interpreters();
	return abi_end();
}
