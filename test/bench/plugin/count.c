// SPDX-License-Identifier: MPL-2.0
/*
 * count - QEMU plugin: how many guest instructions were executed between two marks.
 *
 *     -plugin count.so,begin=0xADDR,end=0xADDR,row=0xADDR,out=FILE
 *
 * FILE is a list of 64-bit words: one more than the count of each round (from the mark `begin` to
 * the mark `end`), and 0 where a row starts. The marks are user addresses of the bench program. An
 * instruction that faults and is executed again counts twice. One CPU only, as in every bench.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu_plugin.h"

__attribute__((visibility("default"))) int qemu_plugin_version = 2;

static uint64_t begin_mark;
static uint64_t end_mark;
static uint64_t row_mark;
static struct per_cpu_u64 executed;
static uint64_t
	started; /* what `executed` was at the last `begin`, plus one; 0 outside of rounds */
static FILE *out;

static void put(uint64_t word)
{
	fwrite(&word, sizeof(word), 1, out);
}

static void on_begin(unsigned vcpu, void *data)
{
	(void)data;
	started = qemu_plugin_u64_get(executed, vcpu) + 1;
}

static void on_end(unsigned vcpu, void *data)
{
	(void)data;
	if (started != 0)
		put(qemu_plugin_u64_get(executed, vcpu) - (started - 1) + 1);
	started = 0;
}

/* QEMU may be killed once the guest has said its last word: all is in the file by then. */
static void on_row(unsigned vcpu, void *data)
{
	(void)vcpu;
	(void)data;
	put(0);
	fflush(out);
}

static void on_translate(plugin_id id, struct qemu_plugin_tb *tb)
{
	size_t count = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (size_t i = 0; i < count; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t at = qemu_plugin_insn_vaddr(insn);
		exec_fn mark = at == begin_mark ? on_begin
			       : at == end_mark ? on_end
			       : at == row_mark ? on_row
						: NULL;

		if (mark != NULL)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, mark, 0, NULL);
		qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, PLUGIN_ADD_U64, executed,
								    1);
	}
}

__attribute__((visibility("default"))) int
qemu_plugin_install(plugin_id id, const struct qemu_info *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "begin=", 6) == 0)
			begin_mark = strtoull(argv[i] + 6, NULL, 0);
		else if (strncmp(argv[i], "end=", 4) == 0)
			end_mark = strtoull(argv[i] + 4, NULL, 0);
		else if (strncmp(argv[i], "row=", 4) == 0)
			row_mark = strtoull(argv[i] + 4, NULL, 0);
		else if (strncmp(argv[i], "out=", 4) == 0)
			out = fopen(argv[i] + 4, "wb");
	}
	if (begin_mark == 0 || end_mark == 0 || row_mark == 0 || out == NULL) {
		fprintf(stderr, "count: needs begin=, end=, row= and out=\n");
		return 1;
	}
	executed.score = qemu_plugin_scoreboard_new(sizeof(uint64_t));
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	return 0;
}
