/* SPDX-License-Identifier: MPL-2.0 */
/* thread_run - the loop around user mode; for the files of process/. */
#pragma once
#include <osxtd/task.h>

struct thread;
/* User mode and its work until the thread exits. */
[[noreturn]] void thread_run(struct thread *self);
/* Called by OSXTD with the task in whose context the kernel trapped; does not return for a thread.
 */
void thread_oops(struct task *t);
