/* SPDX-License-Identifier: MPL-2.0 */
/*
 * wait - waiting for children to end, stop or go on.
 *
 *   Context:  the calling thread, no lock held; sleeps.
 *   Errors:   ERR_CHILD, ERR_INTR.
 *   Spec:     wait4(2), waitid(2).
 */
#pragma once
#include "process/internal.h"

enum wait_which : u8 { WAIT_ANY, WAIT_PID, WAIT_GROUP };
struct wait_request {
	enum wait_which which;
	i32 id;
	u32 options; /* WEXITED and its kin, WNOHANG, WNOWAIT, W_ALL, W_CLONE */
};
struct wait_result {
	i32 pid; /* 0: WNOHANG, and nothing to report */
	u32 uid;
	i32 code;   /* CLD_* */
	i32 status; /* exit code or signal */
	u32 word;   /* as wait4(2) gives it */
	struct usage usage;
};
err_t process_wait(struct thread *self, const struct wait_request *r, struct wait_result *out);
