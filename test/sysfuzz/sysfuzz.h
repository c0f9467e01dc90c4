/* SPDX-License-Identifier: MPL-2.0 */
/*
 * sysfuzz - programs of system calls: what they are, and what each part of the fuzzer offers.
 *
 * A program is a list of calls with constant arguments, results of earlier calls, or addresses in
 * an arena at a fixed place together with the words that are stored there first.  Everything else
 * (text form, chance, mutation, execution, coverage) works on that.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CALLS_MAX = 30,
	ARGS = 6,
	WORDS_MAX = 16,
	THREADS_MAX = 3,
	TEXT_MAX = 12000,
	ARENA_PAGES = 256,
	REPEAT_MAX = 512,
};
#define ARENA 0x20000000ul

enum arg_kind { A_CONST, A_RESULT, A_MEMORY };
struct arg {
	enum arg_kind kind;
	bool is_text;	 /* A_MEMORY: the words are a string, which is easier to read */
	uint8_t words;	 /* how many are stored */
	uint16_t repeat; /* how often, one behind the other */
	uint64_t value;	 /* the constant, the number of the call, the address */
	uint64_t word[WORDS_MAX];
};
struct call {
	uint16_t type; /* index of call_types */
	uint8_t thread;
	struct arg arg[ARGS];
};
struct program {
	bool is_root;
	uint8_t threads, count;
	struct call call[CALLS_MAX];
};

/* ---- calls.c: the table ---- */
enum result { R_NONE, R_FD, R_PID, R_ADDRESS };
struct call_type {
	const char *name;
	uint16_t number;
	enum result result;
	uint8_t kind[ARGS]; /* kinds.h */
};
/* No calls: TOUCH reads the place, or writes it when the second argument is odd; after FAIL the Nth
 * allocation that the kernel makes for the thread fails (debug kernels). */
enum { TOUCH = 0xffff, FAIL = 0xfffe };
extern const struct call_type call_types[];
extern const unsigned call_type_count;
/* From now on only these names, separated by commas, are chosen. */
void calls_only(const char *list);
unsigned call_choose(void);
/* The index of a name; -1: unknown. */
int call_find(const char *name, size_t len);

/* ---- chance.c ---- */
void chance_seed(uint64_t seed);
uint64_t chance(void);
unsigned below(unsigned n);
#define PICK(array) ((array)[below(sizeof(array) / sizeof((array)[0]))])
/* A number with a liking for edges. */
uint64_t odd_value(void);

/* ---- values.c: arguments by kind ---- */
/* Fills argument i of call c of p from its kind; earlier calls give results. */
void value_make(const struct program *p, unsigned c, unsigned i, struct arg *out);

/* ---- mutate.c ---- */
void program_random(struct program *p);
/* Changes p; other: a program to splice with. */
void program_mutate(struct program *p, const struct program *other);
void program_remove(struct program *p, unsigned c);
/* Operands that the kernel compared: what mutation puts in the place of one by the other. */
void hints_clear(void);
void hint_add(uint64_t had, uint64_t wanted);
unsigned hints_count(void);

/* ---- text.c ---- */
/* The text of p, NUL-terminated; calls that do not fit are taken off p. */
size_t program_print(struct program *p, char out[TEXT_MAX]);
/* False: not a program; *where gets the place. */
bool program_parse(const char *text, struct program *p, const char **where);

/* ---- cover.c ---- */
enum cover_mode { COVER_EDGES, COVER_COMPARISONS };
/* False when the kernel has no /dev/kcov. */
bool cover_open(void);
void cover_reset(void);
/* For the executor, in the thread that records. */
void cover_start(unsigned thread, enum cover_mode mode);
void cover_stop(unsigned thread);
/* Signals of the last run that were never seen; they are collected in `fresh`. */
unsigned cover_new(void);
/* Keeps of the collected ones what the last run had too; how many are left. */
unsigned cover_intersect(void);
/* True when the last run had all that are collected. */
bool cover_has_fresh(void);
/* What the last run had is known from now on. */
void cover_merge(void);
unsigned cover_edges(void); /* places of the kernel reached so far */
void cover_hints(void);	    /* the last run's comparisons */
/* Leaves a text that a panic prints. */
void cover_note(const char *text, size_t len);

/* ---- run.c ---- */
enum run_end { RUN_DONE, RUN_KILLED, RUN_HANG };
void run_set_up(void);
enum run_end run_program(const struct program *p, enum cover_mode mode);
/* What call c of the last program returned. */
enum { NOT_DONE = -9999 };
long run_result(unsigned c);
extern unsigned run_limit_ms; /* a program that takes longer is killed */
extern bool run_is_verbose;
