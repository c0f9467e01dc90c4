// SPDX-License-Identifier: MPL-2.0
/*
 * trace - QEMU plugin: the address of every guest instruction executed between two marks.
 *
 *     -plugin trace.so,begin=0xADDR,end=0xADDR,out=FILE
 *
 * FILE is a list of 64-bit words: an instruction's address, or 0 where a recorded round ends. The
 * marks are user addresses of the bench program (bench_mark_begin, bench_mark_end), which the guest
 * executes just before and after a timed round. One CPU only, as in every bench.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu_plugin.h"

__attribute__((visibility("default"))) int qemu_plugin_version = 2;

static uint64_t begin_mark;
static uint64_t end_mark;
static bool recording;
static FILE *out;

static void on_insn(unsigned vcpu, void *data)
{
	(void)vcpu;
	if (recording)
		fwrite(&data, sizeof(data), 1, out);
}

static void on_begin(unsigned vcpu, void *data)
{
	(void)vcpu;
	(void)data;
	recording = true;
}

static void on_end(unsigned vcpu, void *data)
{
	uint64_t stop = 0;

	(void)vcpu;
	(void)data;
	if (recording)
		fwrite(&stop, sizeof(stop), 1, out);
	recording = false;
}

static void on_translate(plugin_id id, struct qemu_plugin_tb *tb)
{
	size_t count = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (size_t i = 0; i < count; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t at = qemu_plugin_insn_vaddr(insn);
		exec_fn fn = at == begin_mark ? on_begin : at == end_mark ? on_end : on_insn;

		qemu_plugin_register_vcpu_insn_exec_cb(insn, fn, 0, (void *)(uintptr_t)at);
	}
}

static void on_exit_(plugin_id id, void *data)
{
	(void)id;
	(void)data;
	fclose(out);
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
		else if (strncmp(argv[i], "out=", 4) == 0)
			out = fopen(argv[i] + 4, "wb");
	}
	if (begin_mark == 0 || end_mark == 0 || out == NULL) {
		fprintf(stderr, "trace: needs begin=, end= and out=\n");
		return 1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	qemu_plugin_register_atexit_cb(id, on_exit_, NULL);
	return 0;
}
