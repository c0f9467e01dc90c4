/* SPDX-License-Identifier: MPL-2.0 */
/*
 * inflate - the deflate decoder; see inflate.h.
 *
 * Bits are taken from the low end of a 64-bit buffer that is refilled eight bytes at a time. Output
 * goes to `window`: HISTORY bytes that matches may refer to, then room for a piece.  Decoding
 * pauses when less than one longest match fits, and the last HISTORY bytes move to the front before
 * it goes on.
 *
 * I1: bits beyond the input's end read as zero; taking them is noticed (exhausted) and refused.
 */
#include "libs/inflate/inflate.h"

#include <osxtd/endian.h>

#include "libs/inflate/crc32.h"

enum : usize { HISTORY = 32768, PIECE = 131072, MATCH_MAX = 258 };
enum : u32 { LITERAL_ROOT = 10, DISTANCE_ROOT = 8, LENGTH_CODES = 19 };
enum : u32 { BLOCK_STORED, BLOCK_FIXED, BLOCK_DYNAMIC };

/* ---- input ---- */

ALWAYS_INLINE void refill(struct bit_source *b)
{
	u64 word = 0;
	if (likely(cspan_read(b->in, b->at, &word))) {
		b->bits |= word << (b->count & 63);
		b->at += (63 - b->count) >> 3;
		b->count |= 56;
		return;
	}
	while (b->count <= 56) {
		if (b->at < cspan_len(b->in))
			b->bits |= (u64)cspan_get(b->in, b->at) << b->count;
		b->at++; /* I1: past the end counts too */
		b->count += 8;
	}
}

/* True when more bits were taken than there are. */
ALWAYS_INLINE bool exhausted(const struct bit_source *b)
{
	return b->at - b->count / 8 > cspan_len(b->in);
}

/* The masks say what callers keep to (n, count < 64) so that no shift needs a check. */
ALWAYS_INLINE u32 take(struct bit_source *b, u32 n)
{
	u32 v = (u32)(b->bits & (((u64)1 << (n & 63)) - 1));
	b->bits >>= n & 63;
	b->count -= n;
	return v;
}

/* Drops the rest of the byte and gives whole bytes back: the input goes on at `at`. */
static void to_bytes(struct bit_source *b)
{
	(void)take(b, b->count % 8);
	b->at -= b->count / 8;
	b->bits = 0;
	b->count = 0;
}

/* ---- tables ---- */

enum : u32 { LITERALS = 256 };
/* The end of a block and the lengths; the last two are reserved. */
static const struct huffman_symbol length_symbols[HUFFMAN_MAX_SYMBOLS - LITERALS] = {
	{ 0, HUFFMAN_END }, { 3, 0 },	     { 4, 0 },	      { 5, 0 },	       { 6, 0 },
	{ 7, 0 },	    { 8, 0 },	     { 9, 0 },	      { 10, 0 },       { 11, 1 << 8 },
	{ 13, 1 << 8 },	    { 15, 1 << 8 },  { 17, 1 << 8 },  { 19, 2 << 8 },  { 23, 2 << 8 },
	{ 27, 2 << 8 },	    { 31, 2 << 8 },  { 35, 3 << 8 },  { 43, 3 << 8 },  { 51, 3 << 8 },
	{ 59, 3 << 8 },	    { 67, 4 << 8 },  { 83, 4 << 8 },  { 99, 4 << 8 },  { 115, 4 << 8 },
	{ 131, 5 << 8 },    { 163, 5 << 8 }, { 195, 5 << 8 }, { 227, 5 << 8 }, { 258, 0 },
};
static const struct huffman_symbol distance_symbols[32] = {
	{ 1, 0 },	    { 2, 0 },		{ 3, 0 },	   { 4, 0 },
	{ 5, 1 << 8 },	    { 7, 1 << 8 },	{ 9, 2 << 8 },	   { 13, 2 << 8 },
	{ 17, 3 << 8 },	    { 25, 3 << 8 },	{ 33, 4 << 8 },	   { 49, 4 << 8 },
	{ 65, 5 << 8 },	    { 97, 5 << 8 },	{ 129, 6 << 8 },   { 193, 6 << 8 },
	{ 257, 7 << 8 },    { 385, 7 << 8 },	{ 513, 8 << 8 },   { 769, 8 << 8 },
	{ 1025, 9 << 8 },   { 1537, 9 << 8 },	{ 2049, 10 << 8 }, { 3073, 10 << 8 },
	{ 4097, 11 << 8 },  { 6145, 11 << 8 },	{ 8193, 12 << 8 }, { 12289, 12 << 8 },
	{ 16385, 13 << 8 }, { 24577, 13 << 8 },
};

static err_t build_tables(struct inflate *z, struct cspan literal_lengths,
			  struct cspan distance_lengths)
{
	TRY(huffman_build(&z->literals, LITERAL_ROOT, literal_lengths, LITERALS,
			  SPAN_OF_ARRAY(huffman_symbols, length_symbols)));
	return huffman_build(&z->distances, DISTANCE_ROOT, distance_lengths, 0,
			     SPAN_OF_ARRAY(huffman_symbols, distance_symbols));
}

static err_t fixed_tables(struct inflate *z)
{
	u8 lengths[HUFFMAN_MAX_SYMBOLS] = {};
	u8 distances[32] = {};
	for (u32 i = 0; i < HUFFMAN_MAX_SYMBOLS; i++)
		array_at(lengths, i) = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
	for (u32 i = 0; i < 32; i++)
		array_at(distances, i) = 5;
	return build_tables(z, cspan_of(lengths), cspan_of(distances));
}

/* Reads the code lengths of a dynamic block, themselves coded (RFC 1951, 3.2.7). */
static err_t read_lengths(struct bit_source *b, struct huffman_vec *code, struct span lengths)
{
	for (usize i = 0; i < span_len(lengths);) {
		refill(b);
		u32 e = *huffman_vec_at(code, b->bits & 127);
		if ((e & 0xff) == 0 || exhausted(b))
			return ERR_BADMSG;
		(void)take(b, e & 0xff);
		u32 symbol = e >> 16;
		if (symbol < 16) {
			span_set(lengths, i++, (u8)symbol);
			continue;
		}
		if (symbol == 16 && i == 0)
			return ERR_BADMSG;
		u8 value = symbol == 16 ? span_get(lengths, i - 1) : 0;
		u32 count = symbol == 16   ? 3 + take(b, 2)
			    : symbol == 17 ? 3 + take(b, 3)
					   : 11 + take(b, 7);
		if (count > span_len(lengths) - i)
			return ERR_BADMSG;
		span_fill(span_sub(lengths, i, count), value);
		i += count;
	}
	return OK;
}

static err_t dynamic_tables(struct inflate *z)
{
	static const u8 order[LENGTH_CODES] = { 16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
						11, 4,	12, 3, 13, 2, 14, 1, 15 };
	struct bit_source *b = &z->source;
	refill(b);
	u32 literals = 257 + take(b, 5), distances = 1 + take(b, 5), codes = 4 + take(b, 4);
	if (literals > 286 || distances > 30)
		return ERR_BADMSG;
	u8 code_lengths[LENGTH_CODES] = {};
	for (u32 i = 0; i < codes; i++) {
		refill(b);
		array_at(code_lengths, array_at(order, i)) = (u8)take(b, 3);
	}
	struct huffman_vec code CLEANUP(huffman_vec_drop) = {};
	TRY(huffman_build(&code, 7, cspan_of(code_lengths), LENGTH_CODES,
			  (struct huffman_symbols){}));

	u8 lengths[286 + 30] = {};
	TRY(read_lengths(b, &code, span_sub(span_of(lengths), 0, literals + distances)));
	if (lengths[256] == 0)
		return ERR_BADMSG;
	return build_tables(z, cspan_sub(cspan_of(lengths), 0, literals),
			    cspan_sub(cspan_of(lengths), literals, distances));
}

/* ---- blocks ---- */

static err_t open_block(struct inflate *z)
{
	struct bit_source *b = &z->source;
	refill(b);
	z->is_last_block = take(b, 1) != 0;
	u32 type = take(b, 2);
	if (type == BLOCK_STORED) {
		(void)take(b, b->count % 8);
		refill(b);
		u32 len = take(b, 16), check = take(b, 16);
		if (len != (~check & 0xffff) || exhausted(b))
			return ERR_BADMSG;
		to_bytes(b);
		z->stored_left = len;
		z->state = INFLATE_STORED;
		return OK;
	}
	z->state = INFLATE_CODED;
	if (type == BLOCK_FIXED)
		return fixed_tables(z);
	return type == BLOCK_DYNAMIC ? dynamic_tables(z) : ERR_BADMSG;
}

static void end_block(struct inflate *z)
{
	z->state = z->is_last_block ? INFLATE_TRAILER : INFLATE_HEADER;
}

static err_t copy_stored(struct inflate *z, struct span window)
{
	usize n = min_of((usize)z->stored_left, span_len(window) - z->out);
	struct cspan from = {};
	if (!cspan_try_sub(z->source.in, z->source.at, n, &from))
		return ERR_BADMSG;
	span_copy(span_from(window, z->out), from);
	z->source.at += n;
	z->out += n;
	z->stored_left -= (u32)n;
	if (z->stored_left == 0)
		end_block(z);
	return OK;
}

/* The entry for the next code, its bits consumed; 0 when there is no such code. */
ALWAYS_INLINE u32 decode(struct bit_source *b, const struct huffman_vec *table, u32 root)
{
	u32 e = *huffman_vec_at(table, b->bits & ((1u << root) - 1));
	if (unlikely((e & HUFFMAN_TABLE) != 0)) {
		(void)take(b, root);
		u32 sub_bits = e >> 8 & 15;
		e = *huffman_vec_at(table, (e >> 16) + (b->bits & ((1u << sub_bits) - 1)));
	}
	(void)take(b, e & 0xff);
	return e;
}

/* The place and the input of a loop over codes. */
struct decoder {
	struct bit_source b;
	struct span window;
	usize out;
};

ALWAYS_INLINE bool copy_match(struct decoder *d, const struct huffman_vec *distances,
			      u32 length_entry)
{
	u32 length = (length_entry >> 16) + take(&d->b, length_entry >> 8 & 15);
	u32 e = decode(&d->b, distances, DISTANCE_ROOT);
	if (unlikely((e & 0xff) == 0))
		return false;
	u32 distance = (e >> 16) + take(&d->b, e >> 8 & 15);
	if (unlikely(distance > d->out || distance > HISTORY))
		return false;
	span_copy_back(d->window, d->out, distance, length);
	d->out += length;
	return true;
}

/*
 * Decodes until the block ends (*ended) or the window has no room for a longest match.  One refill
 * (56 bits or more) serves one length and distance with their extra bits (48 at most), or three
 * literals.
 */
static err_t decode_codes(struct decoder *d, const struct huffman_vec *literals,
			  const struct huffman_vec *distances, bool *ended)
{
	while (d->out + MATCH_MAX <= span_len(d->window)) {
		refill(&d->b);
		u32 e = decode(&d->b, literals, LITERAL_ROOT);
		for (u32 i = 0; i < 2 && (e & HUFFMAN_LITERAL) != 0; i++) {
			span_set(d->window, d->out++, (u8)(e >> 16));
			e = decode(&d->b, literals, LITERAL_ROOT);
		}
		if ((e & HUFFMAN_LITERAL) != 0) {
			span_set(d->window, d->out++, (u8)(e >> 16));
			continue;
		}
		if (unlikely((e & 0xff) == 0 || exhausted(&d->b)))
			return ERR_BADMSG;
		if ((e & HUFFMAN_END) != 0) {
			*ended = true;
			return OK;
		}
		if (d->b.count < 48 - HUFFMAN_MAX_BITS)
			refill(&d->b);
		if (!copy_match(d, distances, e))
			return ERR_BADMSG;
	}
	return exhausted(&d->b) ? ERR_BADMSG : OK;
}

static err_t decode_block(struct inflate *z, struct span window)
{
	struct decoder d = { .b = z->source, .window = window, .out = z->out };
	bool ended = false;
	TRY(decode_codes(&d, &z->literals, &z->distances, &ended));
	z->source = d.b;
	z->out = d.out;
	if (ended)
		end_block(z);
	return OK;
}

/* ---- the gzip member ---- */

enum : u8 { GZIP_HCRC = 2, GZIP_EXTRA = 4, GZIP_NAME = 8, GZIP_COMMENT = 16, GZIP_RESERVED = 0xe0 };

bool inflate_is_gzip(struct cspan in)
{
	return cspan_len(in) >= 18 && cspan_get(in, 0) == 0x1f && cspan_get(in, 1) == 0x8b;
}

static bool skip_text(struct cspan in, usize *at)
{
	while (*at < cspan_len(in) && cspan_get(in, *at) != 0)
		*at += 1;
	*at += 1;
	return *at <= cspan_len(in);
}

err_t inflate_open(struct inflate *z, struct cspan in)
{
	if (!inflate_is_gzip(in) || cspan_get(in, 2) != 8 ||
	    (cspan_get(in, 3) & GZIP_RESERVED) != 0)
		return ERR_BADMSG;
	u8 flags = cspan_get(in, 3);
	usize at = 10;
	if ((flags & GZIP_EXTRA) != 0) {
		struct le16 len = {};
		if (!cspan_read(in, at, &len))
			return ERR_BADMSG;
		at += 2 + (usize)le16_get(len);
	}
	if (at > cspan_len(in) || ((flags & GZIP_NAME) != 0 && !skip_text(in, &at)) ||
	    ((flags & GZIP_COMMENT) != 0 && !skip_text(in, &at)))
		return ERR_BADMSG;
	if ((flags & GZIP_HCRC) != 0)
		at += 2;
	if (at > cspan_len(in))
		return ERR_BADMSG;
	inflate_drop(z);
	TRY(buf_alloc_uninit(HISTORY + PIECE, &z->window));
	z->source.in = in;
	z->source.at = at;
	return OK;
}

static err_t check_trailer(struct inflate *z)
{
	struct bit_source *b = &z->source;
	to_bytes(b);
	struct le32 crc = {}, length = {};
	if (!cspan_read(b->in, b->at, &crc) || !cspan_read(b->in, b->at + 4, &length))
		return ERR_BADMSG;
	b->at += 8;
	z->state = INFLATE_END;
	return le32_get(crc) == z->crc && le32_get(length) == z->length ? OK : ERR_BADMSG;
}

/* Makes room: keeps the last HISTORY bytes at the front. */
static usize slide(struct inflate *z, struct span window)
{
	if (z->out > HISTORY) {
		span_copy(window, span_const(span_sub(window, z->out - HISTORY, HISTORY)));
		z->out = HISTORY;
	}
	return z->out;
}

err_t inflate_next(struct inflate *z, struct cspan *piece)
{
	struct span window = buf_span(&z->window);
	usize start = slide(z, window);
	while (z->state < INFLATE_TRAILER && z->out + MATCH_MAX <= span_len(window)) {
		if (z->state == INFLATE_HEADER)
			TRY(open_block(z));
		else if (z->state == INFLATE_STORED)
			TRY(copy_stored(z, window));
		else
			TRY(decode_block(z, window));
	}
	*piece = cspan_sub(span_const(window), start, z->out - start);
	z->crc = crc32_update(z->crc, *piece);
	z->length = wrap_add(z->length, (u32)cspan_len(*piece));
	return z->state == INFLATE_TRAILER ? check_trailer(z) : OK;
}

usize inflate_consumed(const struct inflate *z)
{
	return z->source.at;
}

void inflate_drop(struct inflate *z)
{
	buf_drop(&z->window);
	huffman_vec_drop(&z->literals);
	huffman_vec_drop(&z->distances);
	*z = (struct inflate){};
}
