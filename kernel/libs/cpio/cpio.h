/* SPDX-License-Identifier: MPL-2.0 */
/*
 * cpio - reads "newc" archives, fed piece by piece as they are decompressed.
 *
 * The reader turns a stream of bytes into events: an entry, its data in pieces, its end.  Archives
 * may follow each other, with zero bytes between them.
 *
 *   Trust:     the archive is hostile: lengths are bounded, names end inside their field and are at
 * most CPIO_NAME_MAX. Context:   any; pure, also builds on the host. Spec:      cpio(5), "New ASCII
 * Format"; Linux Documentation/driver-api/early-userspace/buffer-format.rst.
 */
#pragma once
#include <osxtd/span.h>

enum : u32 { CPIO_HEADER = 110, CPIO_NAME_MAX = 4096 };

struct cpio_entry {
	struct str name; /* without NUL; valid until the next call */
	u32 ino, mode, uid, gid, nlink, mtime;
	u32 size;
	u32 dev_major, dev_minor, rdev_major, rdev_minor;
};

enum cpio_event : u8 {
	CPIO_MORE,    /* the bytes are used up: feed the next piece */
	CPIO_ENTRY,   /* reader->entry describes a new entry */
	CPIO_DATA,    /* *data is the next part of its content */
	CPIO_DONE,    /* the entry is complete */
	CPIO_FOREIGN, /* between archives, and what follows is none: it stays in *bytes */
};

struct cpio_reader {
	u64 at; /* position in the archive */
	u32 gathered;
	u32 data_left;
	u32 skip; /* padding to pass over */
	enum cpio_state : u8 { CPIO_START, CPIO_IN_HEADER, CPIO_IN_NAME, CPIO_IN_DATA } state;
	struct cpio_entry entry;
	u32 name_size;
	u8 header[CPIO_HEADER];
	u8 name[CPIO_NAME_MAX];
};

/*
 * Goes on with *bytes, taking what it uses off its front, up to the next event.  data is valid as
 * long as bytes. ERR_BADMSG: no archive, or a corrupt one.
 */
err_t cpio_next(struct cpio_reader *r, struct cspan *bytes, enum cpio_event *event,
		struct cspan *data);
/* At the end of the input: ERR_BADMSG when it stopped inside an entry. */
err_t cpio_finish(const struct cpio_reader *r);
/* At the end of a gzip member: padding to four bytes starts afresh. */
void cpio_reset(struct cpio_reader *r);
