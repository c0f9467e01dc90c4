// SPDX-License-Identifier: MPL-2.0
/*
 * qemu_plugin - the part of QEMU's plugin interface that the bench uses, version 2 and later (docs:
 * TCG plugins), written out because Debian's binary packages carry no header for it.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_scoreboard;
struct qemu_info;

/* One word for each CPU, at an offset of a scoreboard's entries. */
struct per_cpu_u64 {
	struct qemu_plugin_scoreboard *score;
	size_t offset;
};

enum plugin_op {
	PLUGIN_ADD_U64 = 0,
};

typedef void (*tb_trans_fn)(plugin_id id, struct qemu_plugin_tb *tb);
typedef void (*exec_fn)(unsigned vcpu, void *data);
typedef void (*exit_fn)(plugin_id id, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, tb_trans_fn fn);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, exec_fn fn, int flags,
					    void *data);
void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(struct qemu_plugin_insn *insn,
							 enum plugin_op op,
							 struct per_cpu_u64 entry, uint64_t value);
void qemu_plugin_register_atexit_cb(plugin_id id, exit_fn fn, void *data);
int qemu_plugin_num_vcpus(void);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t element_size);
uint64_t qemu_plugin_u64_get(struct per_cpu_u64 entry, unsigned vcpu);
