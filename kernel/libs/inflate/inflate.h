/* SPDX-License-Identifier: MPL-2.0 */
/*
 * inflate - decompresses a gzip member piece by piece.
 *
 *   SCOPED(inflate, z, inflate_drop);  TRY(inflate_open(&z, archive));
 *   while (TRY(inflate_next(&z, &piece)), cspan_len(piece) != 0) …
 *   used = inflate_consumed(&z);         // where the next member or archive starts
 *
 *   Trust:     the input is hostile: every code, length and distance is checked; output is bounded
 * by the piece size. Lifetime:  the caller owns it and drops it; a piece is valid until the next
 * call. Context:   any that may allocate 160 KiB; pure, also builds on the host. Spec:      RFC
 * 1951 (deflate), RFC 1952 (gzip).
 */
#pragma once
#include <osxtd/buf.h>

#include "libs/inflate/huffman.h"

/* The input as bits, lowest first.  Loops work on a copy of their own, which then lives in
 * registers. */
struct bit_source {
	struct cspan in;
	usize at; /* next byte to go into bits */
	u64 bits;
	u32 count; /* valid low bits of bits */
};

struct inflate {
	struct bit_source source;
	struct buf window; /* 32 KiB of history, then the piece */
	usize out;	   /* end of what was produced in window */
	struct huffman_vec literals, distances;
	enum inflate_state : u8 {
		INFLATE_HEADER,
		INFLATE_STORED,
		INFLATE_CODED,
		INFLATE_TRAILER,
		INFLATE_END
	} state;
	bool is_last_block;
	u32 stored_left;
	u32 crc;
	u32 length; /* bytes produced, modulo 2^32 */
};

/* True when in starts like a gzip member. */
bool inflate_is_gzip(struct cspan in);
/* Checks the member's header and gets ready.  ERR_BADMSG, ERR_NOMEM. */
err_t inflate_open(struct inflate *z, struct cspan in);
/* The next piece; empty at the end, when checksum and length were right.  ERR_BADMSG: corrupt or
 * truncated. */
err_t inflate_next(struct inflate *z, struct cspan *piece);
/* Bytes of the input that the member took, after its end. */
usize inflate_consumed(const struct inflate *z);
void inflate_drop(struct inflate *z);
