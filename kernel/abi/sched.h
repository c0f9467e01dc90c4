/* SPDX-License-Identifier: MPL-2.0 */
/* sched - clone(2) flags, clone3(2) arguments, scheduling policies. */
#pragma once
#include <osxtd/base.h>

enum : u64 {
	CSIGNAL = 0xff,
	CLONE_NEWTIME = 0x80,
	CLONE_VM = 0x100,
	CLONE_FS = 0x200,
	CLONE_FILES = 0x400,
	CLONE_SIGHAND = 0x800,
	CLONE_PIDFD = 0x1000,
	CLONE_PTRACE = 0x2000,
	CLONE_VFORK = 0x4000,
	CLONE_PARENT = 0x8000,
	CLONE_THREAD = 0x10000,
	CLONE_NEWNS = 0x20000,
	CLONE_SYSVSEM = 0x40000,
	CLONE_SETTLS = 0x80000,
	CLONE_PARENT_SETTID = 0x100000,
	CLONE_CHILD_CLEARTID = 0x200000,
	CLONE_DETACHED = 0x400000,
	CLONE_UNTRACED = 0x800000,
	CLONE_CHILD_SETTID = 0x1000000,
	CLONE_NEWCGROUP = 0x2000000,
	CLONE_NEWUTS = 0x4000000,
	CLONE_NEWIPC = 0x8000000,
	CLONE_NEWUSER = 0x10000000,
	CLONE_NEWPID = 0x20000000,
	CLONE_NEWNET = 0x40000000,
	CLONE_IO = 0x80000000,
	CLONE_CLEAR_SIGHAND = 0x100000000,
	CLONE_INTO_CGROUP = 0x200000000,
	CLONE_NAMESPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
			   CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET,
};

enum : usize { CLONE_ARGS_SIZE_VER0 = 64, CLONE_ARGS_SIZE = 88 };
struct abi_clone_args {
	u64 flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
	u64 set_tid, set_tid_size, cgroup;
};
static_assert(sizeof(struct abi_clone_args) == CLONE_ARGS_SIZE);

enum : u32 {
	SCHED_OTHER = 0,
	SCHED_FIFO = 1,
	SCHED_RR = 2,
	SCHED_BATCH = 3,
	SCHED_IDLE = 5,
	SCHED_DEADLINE = 6,
	SCHED_RESET_ON_FORK = 0x40000000,
};
enum : u64 {
	SCHED_FLAG_RESET_ON_FORK = 1,
	SCHED_FLAG_DL_OVERRUN = 4,
	SCHED_FLAG_KEEP_POLICY = 8,
	SCHED_FLAG_KEEP_PARAMS = 16,
	SCHED_FLAG_KNOWN = SCHED_FLAG_RESET_ON_FORK | SCHED_FLAG_DL_OVERRUN |
			   SCHED_FLAG_KEEP_POLICY | SCHED_FLAG_KEEP_PARAMS,
};
enum : usize { SCHED_ATTR_SIZE_VER0 = 48, SCHED_ATTR_SIZE = 56 };
struct abi_sched_attr {
	u32 size, policy;
	u64 flags;
	i32 nice;
	u32 priority;
	u64 runtime, deadline, period;
	u32 util_min, util_max;
};
static_assert(sizeof(struct abi_sched_attr) == SCHED_ATTR_SIZE);
