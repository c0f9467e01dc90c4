/* SPDX-License-Identifier: MPL-2.0 */
/* wait - options and status words of wait4(2), waitid(2). */
#pragma once
#include <osxtd/base.h>

enum : u32 {
	WNOHANG = 1,
	WUNTRACED = 2,
	WSTOPPED = 2,
	WEXITED = 4,
	WCONTINUED = 8,
	WNOWAIT = 0x01000000,
	W_NOTHREAD = 0x20000000,
	W_ALL = 0x40000000,
	W_CLONE = 0x80000000,
};
enum : u32 { P_ALL = 0, P_PID = 1, P_PGID = 2, P_PIDFD = 3 };

ALWAYS_INLINE u32 wait_status_exited(u32 code)
{
	return (code & 0xff) << 8;
}
ALWAYS_INLINE u32 wait_status_stopped(u32 signo)
{
	return signo << 8 | 0x7f;
}
enum : u32 { WAIT_STATUS_CONTINUED = 0xffff };
