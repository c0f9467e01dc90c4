/* SPDX-License-Identifier: MPL-2.0 */
/* clock_number - any clock number of clock_gettime(2), those of processes and threads included. */
#pragma once
#include <osxtd/base.h>

struct thread;
/* False for a number that names no clock the caller may read. */
bool clock_number_read(struct thread *self, i32 clock, u64 *ns);
