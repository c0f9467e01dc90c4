// SPDX-License-Identifier: MPL-2.0
/* fdt - see fdt.h. */
#include "fdt.h"

#include <osxtd/endian.h>

enum : u32 { MAGIC = 0xd00dfeed, VERSION = 17 };
enum token : u32 { BEGIN_NODE = 1, END_NODE = 2, PROPERTY = 3, NOP = 4, END = 9 };
enum : u8 { ADDRESS_CELLS_DEFAULT = 2, SIZE_CELLS_DEFAULT = 1, CELLS_MAX = 2 };

struct header {
	struct be32 magic, size, structure, strings, reservations, version, last_compatible,
		boot_cpu;
	struct be32 strings_size, structure_size;
};
static_assert(sizeof(struct header) == FDT_HEADER_BYTES);

u32 fdt_size(struct cspan header)
{
	struct header h = {};
	if (!cspan_read(header, 0, &h) || be32_get(h.magic) != MAGIC)
		return 0;
	return be32_get(h.size);
}

bool fdt_open(struct cspan blob, struct fdt *out)
{
	struct header h = {};
	if (!cspan_read(blob, 0, &h) || be32_get(h.magic) != MAGIC ||
	    be32_get(h.version) < VERSION || be32_get(h.last_compatible) > VERSION)
		return false;
	if (!cspan_try_sub(blob, 0, be32_get(h.size), &blob) ||
	    !cspan_try_sub(blob, be32_get(h.structure), be32_get(h.structure_size),
			   &out->structure) ||
	    !cspan_try_sub(blob, be32_get(h.strings), be32_get(h.strings_size), &out->strings) ||
	    be32_get(h.reservations) > cspan_len(blob))
		return false;
	out->reservations = cspan_from(blob, be32_get(h.reservations));
	return true;
}

bool fdt_reservation(const struct fdt *f, u32 i, u64 *start, u64 *size)
{
	struct be64 pair[2] = {};
	if (!cspan_read(f->reservations, (u64)i * sizeof(pair), &pair))
		return false;
	*start = be64_get(pair[0]);
	*size = be64_get(pair[1]);
	return *size != 0;
}

/* ---- tokens ---- */

/* Where the next token stands; the structure block is shorter than 4 GiB. */
static u32 align_cell(u64 at)
{
	u64 next = (at + 3) & ~(u64)3;
	return next > UINT32_MAX ? UINT32_MAX : (u32)next;
}

bool fdt_cell(struct cspan value, u32 i, u32 *out)
{
	struct be32 cell = {};
	if (!cspan_read(value, (u64)i * sizeof(cell), &cell))
		return false;
	*out = be32_get(cell);
	return true;
}

static bool read_token(const struct fdt *f, u32 at, u32 *token)
{
	return at % 4 == 0 && fdt_cell(f->structure, at / 4, token);
}

struct property {
	struct str name;
	struct cspan value;
	u32 next;
};

/* The property whose token stands at `at`. */
static bool read_property(const struct fdt *f, u32 at, struct property *out)
{
	u32 len = 0, name = 0;
	if (!fdt_cell(f->structure, at / 4 + 1, &len) ||
	    !fdt_cell(f->structure, at / 4 + 2, &name) || name > cspan_len(f->strings) ||
	    !cspan_try_sub(f->structure, (u64)at + 12, len, &out->value))
		return false;
	out->name = str_until_nul(cspan_from(f->strings, name));
	out->next = align_cell((u64)at + 12 + len);
	return true;
}

/* Steps over properties and NOPs from `at` on; false where the blob ends or is broken. */
static bool skip_properties(const struct fdt *f, u32 *at, u32 *token)
{
	struct property p = {};
	while (read_token(f, *at, token)) {
		if (*token == NOP) {
			*at += 4;
		} else if (*token == PROPERTY) {
			if (!read_property(f, *at, &p))
				return false;
			*at = p.next;
		} else {
			return true;
		}
	}
	return false;
}

/* ---- walking ---- */

static u8 cells_of(const struct fdt *f, const struct fdt_node *n, struct str name, u8 otherwise)
{
	u64 v = 0;
	return fdt_number(f, n, name, &v) && v <= UINT8_MAX ? (u8)v : otherwise;
}

/* Enters the node whose token stands at `at`. */
static bool enter(const struct fdt *f, u32 at, u32 depth, struct fdt_node *n)
{
	struct cspan rest = cspan_from(f->structure, (usize)at + 4);
	n->name = str_until_nul(rest);
	if (str_len(n->name) == cspan_len(rest))
		return false;
	n->depth = depth;
	n->_properties = align_cell((u64)at + 4 + str_len(n->name) + 1);
	n->_next = n->_properties;
	n->_started = true;
	if (depth < FDT_DEPTH_MAX) {
		array_at(n->_address_cells, depth) = cells_of(f, n, STR("#address-cells"),
							      ADDRESS_CELLS_DEFAULT);
		array_at(n->_size_cells, depth) = cells_of(f, n, STR("#size-cells"),
							   SIZE_CELLS_DEFAULT);
	}
	return true;
}

bool fdt_next(const struct fdt *f, struct fdt_node *n)
{
	u32 at = n->_next, token = 0;
	u32 depth = n->_started ? n->depth + 1 : 0; /* of a node that begins here */
	while (skip_properties(f, &at, &token)) {
		if (token == BEGIN_NODE)
			return (depth != 0 || !n->_started) && enter(f, at, depth, n);
		if (token != END_NODE || depth == 0)
			return false;
		depth--;
		at += 4;
	}
	return false;
}

bool fdt_next_inside(const struct fdt *f, const struct fdt_node *parent, struct fdt_node *n)
{
	return fdt_next(f, n) && n->depth > parent->depth;
}

static bool is_named(const struct fdt_node *n, struct str name)
{
	return str_equal(str_sub(n->name, 0, str_find(n->name, '@', 0)), name);
}

bool fdt_find(const struct fdt *f, struct str name, u32 depth, struct fdt_node *out)
{
	*out = (struct fdt_node){};
	while (fdt_next(f, out)) {
		if (out->depth == depth && is_named(out, name))
			return true;
	}
	return false;
}

bool fdt_next_compatible(const struct fdt *f, struct str id, struct fdt_node *n)
{
	while (fdt_next(f, n)) {
		if (fdt_lists(f, n, STR("compatible"), id))
			return true;
	}
	return false;
}

/* ---- properties ---- */

bool fdt_property(const struct fdt *f, const struct fdt_node *n, struct str name,
		  struct cspan *value)
{
	u32 at = n->_properties, token = 0;
	struct property p = {};
	while (read_token(f, at, &token) && (token == PROPERTY || token == NOP)) {
		if (token == NOP) {
			at += 4;
			continue;
		}
		if (!read_property(f, at, &p))
			return false;
		if (str_equal(p.name, name)) {
			*value = p.value;
			return true;
		}
		at = p.next;
	}
	return false;
}

/* `cells` cells from cell i on. */
static bool read_cells(struct cspan value, u32 i, u32 cells, u64 *out)
{
	u32 cell = 0;
	u64 v = 0;
	for (u32 k = 0; k < cells; k++) {
		if (!fdt_cell(value, i + k, &cell))
			return false;
		v = v << 32 | cell;
	}
	*out = v;
	return true;
}

bool fdt_number(const struct fdt *f, const struct fdt_node *n, struct str name, u64 *out)
{
	struct cspan value = {};
	if (!fdt_property(f, n, name, &value))
		return false;
	usize len = cspan_len(value);
	return (len == 4 || len == 8) && read_cells(value, 0, (u32)(len / 4), out);
}

struct str fdt_text(const struct fdt *f, const struct fdt_node *n, struct str name)
{
	struct cspan value = {};
	return fdt_property(f, n, name, &value) ? str_until_nul(value) : (struct str){};
}

bool fdt_lists(const struct fdt *f, const struct fdt_node *n, struct str name, struct str text)
{
	struct cspan value = {};
	if (!fdt_property(f, n, name, &value))
		return false;
	while (cspan_len(value) != 0) {
		struct str item = str_until_nul(value);
		if (str_equal(item, text))
			return true;
		usize step = str_len(item) + 1;
		if (step > cspan_len(value))
			break;
		value = cspan_from(value, step);
	}
	return false;
}

bool fdt_reg(const struct fdt *f, const struct fdt_node *n, u32 i, u64 *address, u64 *size)
{
	struct cspan value = {};
	if (n->depth == 0 || n->depth > FDT_DEPTH_MAX || !fdt_property(f, n, STR("reg"), &value))
		return false;
	u32 address_cells = array_at(n->_address_cells, n->depth - 1);
	u32 size_cells = array_at(n->_size_cells, n->depth - 1), each = address_cells + size_cells;
	u64 first = (u64)i * each;
	if (address_cells == 0 || address_cells > CELLS_MAX || size_cells > CELLS_MAX ||
	    first > UINT32_MAX - each)
		return false;
	return read_cells(value, (u32)first, address_cells, address) &&
	       read_cells(value, (u32)first + address_cells, size_cells, size);
}
