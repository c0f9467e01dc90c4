/* SPDX-License-Identifier: MPL-2.0 */
/*
 * kcov - /dev/kcov: a task's coverage for fuzzers; debug builds only.
 *
 * The calls of Linux's /sys/kernel/debug/kcov: ioctl KCOV_INIT_TRACE (words), mmap of them from
 * offset 0, KCOV_ENABLE (KCOV_TRACE_PC or KCOV_TRACE_CMP) for the calling thread, KCOV_DISABLE.
 * Records hold offsets from the start of the kernel's text.  A write(2) leaves a text that a panic
 * prints behind its report.
 *
 *   Context:  task.
 *   Spec:     Linux Documentation/dev-tools/kcov.rst.
 */
#pragma once
#include <osxtd/base.h>

enum : u32 { MISC_MAJOR = 10, KCOV_MINOR = 124 };

#ifdef OSXTD_DEBUG
/* Registers the major.  Once at boot. */
err_t kcov_device_init(void);
#else
ALWAYS_INLINE err_t kcov_device_init(void)
{
	return OK;
}
#endif
