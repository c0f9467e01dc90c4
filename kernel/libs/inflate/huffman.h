/* SPDX-License-Identifier: MPL-2.0 */
/*
 * huffman - decoding tables for canonical prefix codes of at most 15 bits.
 *
 * An entry is indexed by the next root bits of input.  Codes longer than root lead to a second
 * table. Entry: bits 0-7 code length to consume, 8-15 kind and number of extra bits, 16-31 base
 * value, literal or table index. An all-zero entry is a code that does not exist.
 *
 *   Spec:  RFC 1951, 3.2.2.
 */
#pragma once
#include <osxtd/buf.h>

VEC_TYPE(huffman_vec, u32);

enum : u32 {
	HUFFMAN_MAX_BITS = 15,
	HUFFMAN_MAX_SYMBOLS = 288,
	HUFFMAN_LITERAL = 0x8000, /* the value is a byte */
	HUFFMAN_END = 0x4000,	  /* end of block */
	HUFFMAN_TABLE = 0x2000, /* the value is the index of a second table, indexed by as many bits
				   as the extra count */
};

/* What a symbol means: kind and extra bits, base value. */
struct huffman_symbol {
	u16 value;
	u16 kind; /* HUFFMAN_* | extra bits << 8 */
};

/*
 * Fills *table (resized as needed) for lengths[0 … count-1]: symbols below literals mean
 * themselves, symbol literals + i means meaning[i]. ERR_BADMSG: over-subscribed, or incomplete with
 * more than one code.  ERR_NOMEM.
 */
SPAN_TYPE(huffman_symbols, const struct huffman_symbol);
err_t huffman_build(struct huffman_vec *table, u32 root, struct cspan lengths, u32 literals,
		    struct huffman_symbols meaning);
