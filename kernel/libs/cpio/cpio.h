/* SPDX-License-Identifier: MPL-2.0 */
/*
 * cpio - reads "newc" archives, fed piece by piece as they are decompressed.
 *
 * The reader turns a stream of bytes into calls of a cpio_sink: one entry, then its data, then its end.
 * Archives may follow each other, with zero bytes between them.
 *
 *   Trust:     the archive is hostile: lengths are bounded, names end inside their field and are at most CPIO_NAME_MAX.
 *   Context:   whatever the sink's operations need; pure, also builds on the host.
 *   Spec:      cpio(5), "New ASCII Format"; Linux Documentation/driver-api/early-userspace/buffer-format.rst.
 */
#pragma once
#include <osxtd/span.h>

enum : u32 { CPIO_HEADER = 110, CPIO_NAME_MAX = 4096 };

struct cpio_entry {
	struct str name;        /* without NUL; valid during the call */
	u32 ino, mode, uid, gid, nlink, mtime;
	u32 size;
	u32 dev_major, dev_minor, rdev_major, rdev_minor;
};

/* Where entries go.  Struct cpio_sink is embedded in the receiver's own state. */
struct cpio_sink {
	const struct cpio_sink_ops *ops;
};
struct cpio_sink_ops {
	err_t (*entry)(struct cpio_sink *sink, const struct cpio_entry *e);
	err_t (*data)(struct cpio_sink *sink, struct cspan bytes);
	err_t (*end)(struct cpio_sink *sink);
};

struct cpio_reader {
	u64 at;                   /* position in the archive */
	u64 gather_want;          /* bytes of header or name still to be gathered */
	u32 gathered;
	u32 data_left;
	u32 skip;                 /* padding to pass over */
	enum cpio_state : u8 { CPIO_START, CPIO_IN_HEADER, CPIO_IN_NAME, CPIO_IN_DATA } state;
	bool saw_trailer;
	struct cpio_entry entry;
	u32 name_size;
	u8 header[CPIO_HEADER];
	u8 name[CPIO_NAME_MAX];
};

/* Takes the next bytes.  ERR_BADMSG: no archive, or a corrupt one; or what the sink returns. */
err_t cpio_feed(struct cpio_reader *r, struct cspan bytes, struct cpio_sink *sink);
/* At the end of the input: ERR_BADMSG when it stopped inside an entry. */
err_t cpio_finish(const struct cpio_reader *r);
/* At the end of a member: padding to four bytes starts afresh. */
void cpio_reset(struct cpio_reader *r);
