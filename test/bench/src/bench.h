// SPDX-License-Identifier: MPL-2.0
/*
 * bench - guest instructions of one operation, measured from user mode.
 *
 * A row is a table of functions. Only `run` is timed; it does the operation `ops` times and checks
 * every result. Each function returns nullptr when all went well, else the reason, which becomes
 * the row's `BENCH name failed reason` line. Every row runs in a process of its own, so that
 * neither its leavings nor its death touch the next one.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include <sys/syscall.h>

#include <sys.h>

typedef const char *verdict;

struct row {
	const char *name;
	unsigned ops;			 /* operations per round */
	verdict (*setup)(void);		 /* once, before the first round */
	verdict (*before)(unsigned ops); /* before each round, not timed */
	verdict (*run)(unsigned ops);	 /* the timed round */
	verdict (*after)(unsigned ops);	 /* after each round, not timed: checks what happened */
	verdict (*finish)(void);	 /* once, after the last round: last checks */
};

extern const struct row rows_call[];
extern const struct row rows_file[];
extern const struct row rows_ipc[];
extern const struct row rows_proc[];
extern const struct row rows_mem[];
extern const struct row rows_sched[];

/* The reason of a failure, formatted into one static buffer. */
[[gnu::format(printf, 1, 2)]] verdict failure(const char *format, ...);

/* "what: ERRNO-NAME" for a raw system call's negative result, "what: returned N" for another. */
verdict bad_result(const char *what, long result);

/* Minor page faults of this process so far, or -1. */
long minor_faults(void);

/* Does `expr` n times; leaves the caller with a failure at the first result that is not `want`. */
#define REPEAT(n, what, expr, want)                                                                \
	do {                                                                                       \
		for (unsigned repeat_i = 0; repeat_i < (n); repeat_i++) {                          \
			long repeat_r = (expr);                                                    \
			if (__builtin_expect(repeat_r != (want), 0))                               \
				return bad_result((what), repeat_r);                               \
		}                                                                                  \
	} while (0)

/* The same once, for preparations: any negative result fails. */
#define NEED(what, expr)                                                                           \
	({                                                                                         \
		long need_r = (expr);                                                              \
		if (need_r < 0)                                                                    \
			return bad_result((what), need_r);                                         \
		need_r;                                                                            \
	})

#define BENCH_DIR  "/tmp/bench"
#define BENCH_TINY "/bench-tiny" /* a static program that only exits */
#define BENCH_SELF "/init"	 /* this program; with the argument `exit` it only exits */
