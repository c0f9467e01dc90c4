/* SPDX-License-Identifier: MPL-2.0 */
/* uts - how the system names itself: uname(2), /proc/version, /proc/sys/kernel. */
#pragma once

/* The Linux whose ABI this is: what programs compare; the suffix tells them apart. */
#define UTS_SYSNAME "Linux"
#define UTS_RELEASE "6.1.0-omegaos"
#define UTS_VERSION "#1 SMP PREEMPT OmegaOS W3.x"
