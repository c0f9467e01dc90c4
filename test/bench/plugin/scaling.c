// SPDX-License-Identifier: MPL-2.0
/*
 * scaling - QEMU plugin: how many guest instructions several CPUs executed while they worked.
 *
 *     -plugin scaling.so,row=0xADDR,first=0xADDR,begin=0xADDR,end=0xADDR,last=0xADDR,out=FILE
 *
 * The addresses are marks of test/bench/src/scaling.c.  Each row of FILE is a line of numbers: what
 * the CPUs without a worker executed from `first` to `last`, then, for each CPU with a worker, what
 * that CPU executed in its rounds, from `begin` to `end`: the program, the kernel, interrupts,
 * waits for locks.  A CPU that halts executes nothing.  An instruction that faults and is executed
 * again counts twice.
 *
 * The CPUs run at the same time (multi-threaded TCG).  Each has its own count; a round's two marks
 * are executed by the CPU itself, so that its difference is exact.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu_plugin.h"

__attribute__((visibility("default"))) int qemu_plugin_version = 2;

enum { CPUS_MAX = 64, MARKS = 5 };

static struct per_cpu_u64 executed;
static uint64_t started[CPUS_MAX];  /* what `executed` was at the last `begin` */
static uint64_t at_first[CPUS_MAX]; /* and at `first` */
static uint64_t counted[CPUS_MAX];  /* of the row's rounds so far; 0: no worker there */
static uint64_t others_of[CPUS_MAX];
static FILE *out;

static uint64_t now(unsigned vcpu)
{
	return qemu_plugin_u64_get(executed, vcpu);
}

static unsigned cpus(void)
{
	int n = qemu_plugin_num_vcpus();

	return n > CPUS_MAX ? CPUS_MAX : (unsigned)n;
}

/* Ends the last row, before the workers of the next one exist. */
static void on_row(unsigned vcpu, void *data)
{
	static int is_begun;
	uint64_t others = 0;

	(void)vcpu;
	(void)data;
	for (unsigned i = 0; i < cpus(); i++)
		others += counted[i] == 0 ? others_of[i] : 0;
	if (is_begun) {
		fprintf(out, "%" PRIu64, others);
		for (unsigned i = 0; i < cpus(); i++)
			if (counted[i] != 0)
				fprintf(out, " %" PRIu64, counted[i]);
		fprintf(out, "\n");
		fflush(out);
	}
	is_begun = 1;
	memset(counted, 0, sizeof(counted));
	memset(others_of, 0, sizeof(others_of));
}

static void on_first(unsigned vcpu, void *data)
{
	(void)vcpu;
	(void)data;
	for (unsigned i = 0; i < cpus(); i++)
		at_first[i] = now(i);
}

static void on_begin(unsigned vcpu, void *data)
{
	(void)data;
	started[vcpu % CPUS_MAX] = now(vcpu);
}

static void on_end(unsigned vcpu, void *data)
{
	(void)data;
	counted[vcpu % CPUS_MAX] += now(vcpu) - started[vcpu % CPUS_MAX];
}

static void on_last(unsigned vcpu, void *data)
{
	(void)vcpu;
	(void)data;
	for (unsigned i = 0; i < cpus(); i++)
		others_of[i] = now(i) - at_first[i];
}

static const struct {
	const char *name;
	exec_fn fn;
} marks[MARKS] = { { "row=", on_row },
		   { "first=", on_first },
		   { "begin=", on_begin },
		   { "end=", on_end },
		   { "last=", on_last } };
static uint64_t address[MARKS];

static void on_translate(plugin_id id, struct qemu_plugin_tb *tb)
{
	size_t count = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (size_t i = 0; i < count; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t at = qemu_plugin_insn_vaddr(insn);

		for (int m = 0; m < MARKS; m++)
			if (at == address[m])
				qemu_plugin_register_vcpu_insn_exec_cb(insn, marks[m].fn, 0, NULL);
		qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, PLUGIN_ADD_U64, executed,
								    1);
	}
}

__attribute__((visibility("default"))) int
qemu_plugin_install(plugin_id id, const struct qemu_info *info, int argc, char **argv)
{
	int known = 0;

	(void)info;
	for (int i = 0; i < argc; i++) {
		for (int m = 0; m < MARKS; m++) {
			size_t length = strlen(marks[m].name);

			if (strncmp(argv[i], marks[m].name, length) != 0)
				continue;
			address[m] = strtoull(argv[i] + length, NULL, 0);
			known += address[m] != 0;
		}
		if (strncmp(argv[i], "out=", 4) == 0)
			out = fopen(argv[i] + 4, "w");
	}
	if (known != MARKS || out == NULL) {
		fprintf(stderr, "scaling: needs the address of each mark, and out=\n");
		return 1;
	}
	executed.score = qemu_plugin_scoreboard_new(sizeof(uint64_t));
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	return 0;
}
