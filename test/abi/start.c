/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What a program finds when it starts, whatever its shape: this file is built static, static-PIE,
 * dynamic and dynamic at a fixed address.
 */
#include "abi.h"

#include <abi_arch.h>

#include <elf.h>
#include <link.h>
#include <sys/auxv.h>

static int constructed;
static __thread int tls = 77;
static int zeros[5000];
static int data = 1234;
static int *pointer = &data;

__attribute__((constructor)) static void construct(void)
{
	constructed++;
}

static void stack_layout(char **argv, char **envp)
{
	CHECK(((uintptr_t)argv - 8) % 16 == 0, "stack: argc is at a multiple of 16");
	char **end = envp;
	while (*end != NULL)
		end++;
	Elf64_auxv_t *aux = (Elf64_auxv_t *)(end + 1);
	int pagesz = 0, null = 0;
	for (int i = 0; i < 64 && !null; i++) {
		pagesz += aux[i].a_type == AT_PAGESZ && aux[i].a_un.a_val == ABI_PAGE;
		null = aux[i].a_type == AT_NULL;
	}
	CHECK(pagesz == 1 && null, "stack: the auxiliary vector follows the environment");
	bool ordered = (char *)aux < argv[0];
	CHECK(ordered, "stack: the strings lie above the vectors");
}

static void auxiliary(char **argv)
{
	CHECK_EQ(getauxval(AT_PAGESZ), ABI_PAGE, "AT_PAGESZ");
	CHECK_EQ(getauxval(AT_CLKTCK), 100, "AT_CLKTCK");
	CHECK(getauxval(AT_UID) == getuid() && getauxval(AT_EUID) == geteuid() &&
		      getauxval(AT_GID) == getgid() && getauxval(AT_EGID) == getegid(),
	      "AT_UID and its like");
	CHECK_EQ(getauxval(AT_SECURE), 0, "AT_SECURE");
	unsigned char *r = (unsigned char *)getauxval(AT_RANDOM);
	int set = 0;
	for (int i = 0; r != NULL && i < 16; i++)
		set += r[i] != 0;
	CHECK(set > 4, "AT_RANDOM: sixteen random bytes");
	const char *fn = (const char *)getauxval(AT_EXECFN);
	CHECK(fn != NULL && strcmp(fn, argv[0]) == 0, "AT_EXECFN: the name it was run by");
	const char *platform = (const char *)getauxval(AT_PLATFORM);
	CHECK(HAS_AT_PLATFORM ? platform != NULL && strlen(platform) > 0 : platform == NULL,
	      "AT_PLATFORM, where there is one");
	Elf64_Phdr *ph = (Elf64_Phdr *)getauxval(AT_PHDR);
	CHECK(ph != NULL && getauxval(AT_PHENT) == sizeof(*ph) && getauxval(AT_PHNUM) > 2,
	      "AT_PHDR, AT_PHENT, AT_PHNUM");
	int loads = 0;
	for (unsigned long i = 0; ph != NULL && i < getauxval(AT_PHNUM); i++)
		loads += ph[i].p_type == PT_LOAD;
	CHECK(loads >= 2, "AT_PHDR: names what was loaded");
	extern char _start[];
	CHECK_EQ(getauxval(AT_ENTRY), (unsigned long)_start, "AT_ENTRY");
	unsigned char *vdso = (unsigned char *)getauxval(AT_SYSINFO_EHDR);
	CHECK(vdso != NULL && memcmp(vdso, ELFMAG, SELFMAG) == 0, "AT_SYSINFO_EHDR: an ELF image");
	bool dynamic = strstr(SHAPE, "dynamic") != NULL;
	CHECK((getauxval(AT_BASE) != 0) == dynamic, "AT_BASE: set when there is an interpreter");
}

static void contents(void)
{
	long sum = 0;
	for (size_t i = 0; i < countof(zeros); i++)
		sum += zeros[i];
	CHECK_EQ(sum, 0, "bss: zeros");
	CHECK(*pointer == 1234 && pointer == &data, "data: contents and relocations");
	CHECK_EQ(tls, 77, "thread-local storage");
	CHECK_EQ(constructed, 1, "constructors ran");
	char *p = malloc(300000);
	CHECK(p != NULL && memset(p, 1, 300000) == p, "malloc");
	free(p);
	CHECK(snprintf(NULL, 0, "%.3f", 2.5) == 5, "floating point in libc");
	DIES_BY(SIGSEGV, "code is not writable", {
		extern char _start[];
		*(volatile char *)_start = 0;
	});
#ifndef __loongarch__ /* QEMU 10.0 does not stop it */
	DIES_BY(SIGSEGV, "data is not executable", { ((void (*)(void))(uintptr_t)zeros)(); });
	DIES_BY(SIGSEGV, "the stack is not executable", {
		char code[16] = { (char)0xc3 };
		((void (*)(void))(uintptr_t)code)();
	});
#endif
	DIES_BY(SIGSEGV, "constants are not writable",
		{ *(volatile char *)(uintptr_t)"constant" = 0; });
	bool fixed = strstr(SHAPE, "pie") == NULL ? strcmp(SHAPE, "start-static") == 0
						  : strstr(SHAPE, "nopie") != NULL;
	CHECK(((uintptr_t)&data < 0x10000000) == fixed, "placed where its kind is placed");
}

/* Each frame is reachable from the next, so that no compiler makes a loop of it. */
__attribute__((noinline)) static int recurse(int depth, volatile char *above)
{
	volatile char frame[4096];
	frame[0] = above == NULL ? 1 : above[0];
	return depth == 0 ? frame[0] : recurse(depth - 1, frame) + frame[0];
}

static void stack_growth(void)
{
	IN_CHILD("stack: grows to megabytes", { NEED(recurse(1500, NULL) != -1); });
	DIES_BY(SIGSEGV, "stack: ends at its limit", { recurse(100000, NULL); });
}

/* For aslr.c: where this run has its parts. */
static int places(void)
{
	unsigned long heap = (unsigned long)syscall(SYS_brk, 0);
	void *mapping = mmap(NULL, ABI_PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	dprintf(1, "%lx %lx %lx %lx %lx\n", (unsigned long)&data, (unsigned long)&heap, heap,
		(unsigned long)mapping, getauxval(AT_SYSINFO_EHDR));
	return 0;
}

int main(int argc, char **argv, char **envp)
{
	if (argc > 1 && strcmp(argv[1], "places") == 0)
		return places();
	abi_begin(SHAPE);
	stack_layout(argv, envp);
	auxiliary(argv);
	contents();
	stack_growth();
	return abi_end();
}
