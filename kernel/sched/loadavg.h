/* SPDX-License-Identifier: MPL-2.0 */
/* loadavg - starts the sampling behind sched_loadavg.  Once, after the clock works. */
#pragma once
void loadavg_start(void);
