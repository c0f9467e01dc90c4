/* SPDX-License-Identifier: MPL-2.0 */
/* dirent - the records of getdents64(2) and the types in them. */
#pragma once
#include <osxtd/base.h>

enum : u8 {
	DT_UNKNOWN = 0,
	DT_FIFO = 1,
	DT_CHR = 2,
	DT_DIR = 4,
	DT_BLK = 6,
	DT_REG = 8,
	DT_LNK = 10,
	DT_SOCK = 12
};
ALWAYS_INLINE u8 dirent_type_of_mode(u32 mode)
{
	return (u8)(mode >> 12 & 15);
}
enum : usize {
	DIRENT64_HEADER = 19, /* ino 8, off 8, reclen 2, type 1; then the name with its NUL */
	DIRENT_HEADER = 18,   /* ino 8, off 8, reclen 2; name, NUL; the type in the last byte */
};
