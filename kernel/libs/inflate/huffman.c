/* SPDX-License-Identifier: MPL-2.0 */
/* huffman - builds decoding tables; see huffman.h. */
#include "libs/inflate/huffman.h"

struct code_plan {
	u32 count[HUFFMAN_MAX_BITS + 1]; /* codes of each length */
	u32 next[HUFFMAN_MAX_BITS + 1];	 /* next code of each length */
	u32 max_bits;
	u32 codes;
};

static u32 reversed(u32 code, u32 bits)
{
	u32 r = 0;
	for (u32 i = 0; i < bits; i++)
		r |= (code >> i & 1) << (bits - 1 - i);
	return r;
}

/* Counts the lengths and refuses sets that are no prefix code (Kraft's inequality). */
static err_t plan_codes(struct cspan lengths, struct code_plan *p)
{
	for (usize i = 0; i < cspan_len(lengths); i++) {
		u32 bits = cspan_get(lengths, i);
		if (bits > HUFFMAN_MAX_BITS)
			return ERR_BADMSG;
		if (bits == 0)
			continue;
		array_at(p->count, bits) += 1;
		p->max_bits = max_of(p->max_bits, bits);
		p->codes++;
	}
	u32 left = 1, code = 0;
	for (u32 bits = 1; bits <= HUFFMAN_MAX_BITS; bits++) {
		left <<= 1;
		if (array_at(p->count, bits) > left)
			return ERR_BADMSG;
		left -= array_at(p->count, bits);
		code = (code + (bits > 1 ? array_at(p->count, bits - 1) : 0)) << 1;
		array_at(p->next, bits) = code;
	}
	return left != 0 && p->codes > 1 ? ERR_BADMSG : OK;
}

static void fill(struct huffman_vec *table, usize base, u32 index_bits, u32 code, u32 code_bits,
		 u32 entry)
{
	for (u32 i = code; i < 1u << index_bits; i += 1u << code_bits)
		*huffman_vec_at(table, base + i) = entry;
}

/* Puts one symbol's entry into the root table or, for a long code, the second table of its prefix.
 */
static err_t place(struct huffman_vec *table, u32 root, u32 max_bits, u32 code, u32 bits,
		   u32 meaning)
{
	if (bits <= root) {
		fill(table, 0, root, code, bits, meaning | bits);
		return OK;
	}
	u32 prefix = code & ((1u << root) - 1), sub_bits = max_bits - root;
	u32 link = *huffman_vec_at(table, prefix);
	if (link == 0) {
		usize base = huffman_vec_len(table);
		if (base > UINT16_MAX)
			return ERR_BADMSG;
		TRY(huffman_vec_resize(table, base + ((usize)1 << sub_bits)));
		link = (u32)base << 16 | HUFFMAN_TABLE | sub_bits << 8 | root;
		*huffman_vec_at(table, prefix) = link;
	}
	fill(table, link >> 16, sub_bits, code >> root, bits - root, meaning | (bits - root));
	return OK;
}

err_t huffman_build(struct huffman_vec *table, u32 root, struct cspan lengths, u32 literals,
		    struct huffman_symbols meaning)
{
	struct code_plan plan = {};
	TRY(plan_codes(lengths, &plan));
	huffman_vec_drop(table);
	TRY(huffman_vec_resize(table, (usize)1 << root));
	for (usize i = 0; i < cspan_len(lengths); i++) {
		u32 bits = cspan_get(lengths, i);
		if (bits == 0)
			continue;
		u32 code = reversed(array_at(plan.next, bits)++, bits);
		struct huffman_symbol s = { (u16)i, HUFFMAN_LITERAL };
		if (i >= literals)
			s = *huffman_symbols_at(meaning, i - literals);
		if (s.kind == 0 && s.value == 0)
			continue; /* a symbol that the format reserves: its code stays invalid */
		TRY(place(table, root, plan.max_bits, code, bits, (u32)s.value << 16 | s.kind));
	}
	return OK;
}
