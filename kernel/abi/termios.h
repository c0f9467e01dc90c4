/* SPDX-License-Identifier: MPL-2.0 */
/* termios - the ABI of terminals: modes, control characters, ioctls.  Spec: termios(3),
 * ioctl_tty(2); asm-generic values. */
#pragma once
#include <osxtd/base.h>

enum : u32 { TERMIOS_NCCS = 19 };

struct abi_termios {
	u32 c_iflag, c_oflag, c_cflag, c_lflag;
	u8 c_line;
	u8 c_cc[TERMIOS_NCCS];
};
struct abi_termios2 {
	struct abi_termios t;
	u32 c_ispeed, c_ospeed;
};
struct abi_winsize {
	u16 ws_row, ws_col, ws_xpixel, ws_ypixel;
};

enum termios_cc : u32 {
	VINTR = 0,
	VQUIT = 1,
	VERASE = 2,
	VKILL = 3,
	VEOF = 4,
	VTIME = 5,
	VMIN = 6,
	VSWTC = 7,
	VSTART = 8,
	VSTOP = 9,
	VSUSP = 10,
	VEOL = 11,
	VREPRINT = 12,
	VDISCARD = 13,
	VWERASE = 14,
	VLNEXT = 15,
	VEOL2 = 16,
};
enum : u32 { /* c_iflag */
	     IGNBRK = 01,
	     BRKINT = 02,
	     IGNPAR = 04,
	     PARMRK = 010,
	     INPCK = 020,
	     ISTRIP = 040,
	     INLCR = 0100,
	     IGNCR = 0200,
	     ICRNL = 0400,
	     IUCLC = 01000,
	     IXON = 02000,
	     IXANY = 04000,
	     IXOFF = 010000,
	     IMAXBEL = 020000,
	     IUTF8 = 040000,
};
enum : u32 { /* c_oflag */
	     OPOST = 01,
	     OLCUC = 02,
	     ONLCR = 04,
	     OCRNL = 010,
	     ONOCR = 020,
	     ONLRET = 040,
	     OFILL = 0100,
	     TABDLY = 014000,
	     TAB3 = 014000,
};
enum : u32 { /* c_cflag */
	     B9600 = 015,
	     B38400 = 017,
	     B115200 = 010002,
	     CSIZE = 060,
	     CS8 = 060,
	     CREAD = 0200,
	     HUPCL = 02000,
	     CLOCAL = 04000,
};
enum : u32 { /* c_lflag */
	     ISIG = 01,
	     ICANON = 02,
	     XCASE = 04,
	     ECHO = 010,
	     ECHOE = 020,
	     ECHOK = 040,
	     ECHONL = 0100,
	     NOFLSH = 0200,
	     TOSTOP = 0400,
	     ECHOCTL = 01000,
	     ECHOPRT = 02000,
	     ECHOKE = 04000,
	     FLUSHO = 010000,
	     PENDIN = 040000,
	     IEXTEN = 0100000,
	     EXTPROC = 0200000,
};
enum : u32 { /* ioctls */
	     TCGETS = 0x5401,
	     TCSETS = 0x5402,
	     TCSETSW = 0x5403,
	     TCSETSF = 0x5404,
	     TCSBRK = 0x5409,
	     TCXONC = 0x540a,
	     TCFLSH = 0x540b,
	     TIOCEXCL = 0x540c,
	     TIOCNXCL = 0x540d,
	     TIOCSCTTY = 0x540e,
	     TIOCGPGRP = 0x540f,
	     TIOCSPGRP = 0x5410,
	     TIOCOUTQ = 0x5411,
	     TIOCSTI = 0x5412,
	     TIOCGWINSZ = 0x5413,
	     TIOCSWINSZ = 0x5414,
	     TIOCMGET = 0x5415,
	     TIOCINQ = 0x541b,
	     TIOCNOTTY = 0x5422,
	     TIOCSETD = 0x5423,
	     TIOCGETD = 0x5424,
	     TCSBRKP = 0x5425,
	     TIOCGSID = 0x5429,
	     TCGETS2 = 0x802c542a,
	     TCSETS2 = 0x402c542b,
	     TCSETSW2 = 0x402c542c,
	     TCSETSF2 = 0x402c542d,
	     TIOCGDEV = 0x80045432,
};
enum : u32 {
	TCIFLUSH = 0,
	TCOFLUSH = 1,
	TCIOFLUSH = 2,
	TCOOFF = 0,
	TCOON = 1,
	TCIOFF = 2,
	TCION = 3
};
static_assert(sizeof(struct abi_termios) == 36);
static_assert(sizeof(struct abi_termios2) == 44);
