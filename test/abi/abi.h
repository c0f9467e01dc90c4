/* SPDX-License-Identifier: MPL-2.0 */
/*
 * abi - the frame of the system call tests.
 *
 * A program is one family.  It calls abi_begin, makes checks, and returns abi_end().  Every check
 * prints one line, `ok N - name` or `not ok N - name (detail)`; the program closes with
 * `N passed, N failed`.  Checks are made by the program's first process only; a child tells its
 * verdict by its exit status (NEED), which IN_CHILD turns into one check.
 *
 * Nothing here depends on what is under test beyond fork, wait4, write and anonymous mmap.
 */
#pragma once

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef ABI_PAGE
#define ABI_PAGE 4096UL /* OmegaOS's everywhere; Debian's loong64 kernel has 16 KiB */
#endif
#ifndef ABI_WATCHDOG_S
#define ABI_WATCHDOG_S 55 /* the runner gives up at 60 s; no check waits for this */
#endif
#define countof(a) (sizeof(a) / sizeof((a)[0]))

/* Starts the family: makes an empty work folder and enters it, arms the watchdog. */
void abi_begin(const char *family);
/* Prints the totals, removes the work folder; the result is main's. */
int abi_end(void);
/* Prints one `# ...` line. */
void abi_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The verdict lines behind the macros. */
void abi_check(bool good, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void abi_check_errno(long result, int got, int want, const char *name);
void abi_check_eq(long result, long want, int err, const char *name);
/* Waits for pid; good when it exits 0 (sig == 0) or dies by sig. */
void abi_reap(pid_t pid, int sig, const char *name);
/* fork with the watchdog armed in the child; never fails (the program ends instead). */
pid_t abi_fork(void);
_Noreturn void abi_child_failed(const char *file, int line, const char *what);

#define CHECK(cond, name) abi_check((cond), name, "line %d: %s", __LINE__, #cond)
#define CHECK_EQ(expr, want, name)                                                                 \
	do {                                                                                       \
		errno = 0;                                                                         \
		long abi_r = (long)(expr);                                                         \
		abi_check_eq(abi_r, (long)(want), errno, name);                                    \
	} while (0)
#define CHECK_OK(expr, name) CHECK_EQ(expr, 0, name)
#define CHECK_ERRNO(expr, want, name)                                                              \
	do {                                                                                       \
		errno = 0;                                                                         \
		long abi_r = (long)(expr);                                                         \
		abi_check_errno(abi_r, errno, want, name);                                         \
	} while (0)

/* Runs the statements in a child; the check passes when the child gets to their end. */
#define IN_CHILD(name, ...)                                                                        \
	do {                                                                                       \
		pid_t abi_pid = abi_fork();                                                        \
		if (abi_pid == 0) {                                                                \
			__VA_ARGS__;                                                               \
			_exit(0);                                                                  \
		}                                                                                  \
		abi_reap(abi_pid, 0, name);                                                        \
	} while (0)
/* Runs the statements in a child; the check passes when signal `sig` kills it. */
#define DIES_BY(sig, name, ...)                                                                    \
	do {                                                                                       \
		pid_t abi_pid = abi_fork();                                                        \
		if (abi_pid == 0) {                                                                \
			__VA_ARGS__;                                                               \
			_exit(98);                                                                 \
		}                                                                                  \
		abi_reap(abi_pid, sig, name);                                                      \
	} while (0)
/* In a child: go on only if this holds. */
#define NEED(cond)                                                                                 \
	do {                                                                                       \
		if (!(cond))                                                                       \
			abi_child_failed(__FILE__, __LINE__, #cond);                               \
	} while (0)
#define NEED_ERRNO(expr, want) NEED((expr) == -1 && errno == (want))

/*
 * Hostile pointers.  CHECK_EFAULT_IN evaluates `call` once for every pointer that the kernel must
 * refuse to read through (as `bad`), CHECK_EFAULT_OUT for every one it must refuse to write
 * through, and wants -1 and EFAULT each time.  `edge` is the last byte before a hole, so the
 * object behind the pointer must be longer than one byte; a string there has no end.
 */
struct abi_bad {
	const char *name;
	void *pointer;
	int kind;
};
extern struct abi_bad abi_bad[];
extern const size_t abi_bad_count;

void *abi_bad_take(size_t i);
void abi_check_bad(const char *failed, const char *name);
/* list: 256 bytes */
void abi_bad_append(char *list, const char *what, long result, int err);

enum { ABI_READONLY = 1, ABI_NULL = 2, ABI_PARTIAL = 4 };
#define ABI_BAD_LOOP(call, title, skip)                                                            \
	do {                                                                                       \
		char abi_list[256] = "";                                                           \
		for (size_t abi_i = 0; abi_i < abi_bad_count; abi_i++) {                           \
			if (((skip) & abi_bad[abi_i].kind) != 0)                                   \
				continue;                                                          \
			void *bad = abi_bad_take(abi_i);                                           \
			errno = 0;                                                                 \
			long abi_r = (long)(call);                                                 \
			if (abi_r != -1 || errno != EFAULT)                                        \
				abi_bad_append(abi_list, abi_bad[abi_i].name, abi_r, errno);       \
		}                                                                                  \
		abi_check_bad(abi_list, title);                                                    \
	} while (0)
#define CHECK_EFAULT_IN(call, title)  ABI_BAD_LOOP(call, title, ABI_READONLY)
#define CHECK_EFAULT_OUT(call, title) ABI_BAD_LOOP(call, title, 0)
/* For arguments where a null pointer has a meaning of its own. */
#define CHECK_EFAULT_IN_OPT(call, title)  ABI_BAD_LOOP(call, title, ABI_READONLY | ABI_NULL)
#define CHECK_EFAULT_OUT_OPT(call, title) ABI_BAD_LOOP(call, title, ABI_NULL)
/* For byte streams, where the good part before the hole is a short transfer. */
#define CHECK_EFAULT_IN_BYTES(call, title)  ABI_BAD_LOOP(call, title, ABI_READONLY | ABI_PARTIAL)
#define CHECK_EFAULT_OUT_BYTES(call, title) ABI_BAD_LOOP(call, title, ABI_PARTIAL)
/* Two adjacent pages of `prot`; the third page after them is a hole.  Ends at base + 2 pages. */
char *abi_fenced(int prot);
/* Makes file `name` with `size` bytes of a pattern (byte i is (i * 7 + 1) & 0xff). */
void abi_file(const char *name, size_t size);
/* True when size bytes at p are that pattern from offset `from` on. */
bool abi_is_pattern(const void *p, size_t from, size_t size);
/* Sleeps until a task is asleep in the kernel (its /proc state is S), or it is gone. */
void abi_until_asleep(pid_t pid);
/* State letter from /proc/pid/stat, 0 when there is none. */
char abi_state(pid_t pid);
/* Copies this program's own file, or `from`, to `to` with mode 0755. */
void abi_copy(const char *from, const char *to);
void abi_pause_ms(long ms);

/* Raw calls: every argument becomes a register-wide integer, sign-extended. */
#define ABI_PICK(a, b, c, d, e, f, g, m, ...) m
#define sys(...)                                                                                   \
	ABI_PICK(__VA_ARGS__, abi_s6, abi_s5, abi_s4, abi_s3, abi_s2, abi_s1, abi_s0,              \
		 0)(__VA_ARGS__)
#define abi_s0(n)		 syscall(n)
#define abi_s1(n, a)		 syscall(n, (long)(a))
#define abi_s2(n, a, b)		 syscall(n, (long)(a), (long)(b))
#define abi_s3(n, a, b, c)	 syscall(n, (long)(a), (long)(b), (long)(c))
#define abi_s4(n, a, b, c, d)	 syscall(n, (long)(a), (long)(b), (long)(c), (long)(d))
#define abi_s5(n, a, b, c, d, e) syscall(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e))
#define abi_s6(n, a, b, c, d, e, f)                                                                \
	syscall(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
