// SPDX-License-Identifier: MPL-2.0
/* fdt_test - a small tree read, and the same tree broken in every byte. */
#include "fdt.h"

#include <osxtd/endian.h>
#include <osxtd/ktest.h>

/* Writes a blob; the strings stand behind the structure. */
struct writer {
	u8 bytes[1024];
	u8 strings[256];
	usize at, strings_at;
};

static void put_cell(struct writer *w, u32 v)
{
	struct be32 cell = be32_put(v);
	span_copy(span_from(span_of(w->bytes), w->at), cspan_of(cell));
	w->at += 4;
}

static void put_bytes(struct writer *w, struct cspan bytes)
{
	span_copy(span_from(span_of(w->bytes), w->at), bytes);
	w->at = (w->at + cspan_len(bytes) + 3) & ~(usize)3;
}

static void begin(struct writer *w, struct str name)
{
	put_cell(w, 1);
	put_bytes(w, str_bytes((struct str){ name._ptr, name._len + 1 }));
}

static void property(struct writer *w, struct str name, struct cspan value)
{
	put_cell(w, 3);
	put_cell(w, (u32)cspan_len(value));
	put_cell(w, (u32)w->strings_at);
	put_bytes(w, value);
	span_copy(span_from(span_of(w->strings), w->strings_at), str_bytes(name));
	w->strings_at += str_len(name) + 1;
}

static void number(struct writer *w, struct str name, u32 v)
{
	struct be32 cell = be32_put(v);
	property(w, name, cspan_of(cell));
}

enum : u32 { STRUCTURE_AT = FDT_HEADER_BYTES + 32 };

/* The blob's length. */
static usize write_tree(struct writer *w)
{
	struct be32 reg[6] = { be32_put(1), be32_put(0x80000000), be32_put(0x1000),
			       be32_put(2), be32_put(0),	  be32_put(7) };
	*w = (struct writer){ .at = STRUCTURE_AT };
	begin(w, STR(""));
	number(w, STR("#address-cells"), 2);
	put_cell(w, 4);
	number(w, STR("#size-cells"), 1);
	begin(w, STR("memory@80000000"));
	property(w, STR("reg"), cspan_of(reg));
	put_cell(w, 2);
	begin(w, STR("chosen"));
	property(w, STR("bootargs"), str_bytes(STR("a=b c\0")));
	property(w, STR("compatible"), str_bytes(STR("one,two\0three\0")));
	begin(w, STR("deeper"));
	number(w, STR("value"), 42);
	put_cell(w, 2);
	put_cell(w, 2);
	begin(w, STR("last"));
	put_cell(w, 2);
	put_cell(w, 2);
	put_cell(w, 9);
	usize structure_size = w->at - STRUCTURE_AT;
	put_bytes(w, cspan_sub(cspan_of(w->strings), 0, w->strings_at));
	usize size = w->at;
	w->at = 0;
	put_cell(w, 0xd00dfeed);
	put_cell(w, (u32)size);
	put_cell(w, STRUCTURE_AT);
	put_cell(w, (u32)(STRUCTURE_AT + structure_size));
	put_cell(w, FDT_HEADER_BYTES);
	put_cell(w, 17);
	put_cell(w, 16);
	put_cell(w, 0);
	put_cell(w, (u32)w->strings_at);
	put_cell(w, (u32)structure_size);
	put_cell(w, 0);
	put_cell(w, 0x1000);
	put_cell(w, 0);
	put_cell(w, 0x2000);
	return size;
}

KTEST(fdt, a_tree_is_read)
{
	static struct writer shared w;
	struct fdt f = {};
	struct fdt_node n = {};
	u64 a = 0, b = 0;
	usize size = write_tree(&w);
	EXPECT_EQ(fdt_size(cspan_of(w.bytes)), size);
	EXPECT_EQ(fdt_size(cspan_sub(cspan_of(w.bytes), 4, 40)), 0);
	EXPECT(fdt_open(cspan_sub(cspan_of(w.bytes), 0, size), &f));
	EXPECT(fdt_reservation(&f, 0, &a, &b) && a == 0x1000 && b == 0x2000);
	EXPECT(!fdt_reservation(&f, 1, &a, &b));
	EXPECT(fdt_find(&f, STR("memory"), 1, &n));
	EXPECT(str_equal(n.name, STR("memory@80000000")));
	EXPECT(fdt_reg(&f, &n, 0, &a, &b) && a == 0x180000000 && b == 0x1000);
	EXPECT(fdt_reg(&f, &n, 1, &a, &b) && a == 0x200000000 && b == 7);
	EXPECT(!fdt_reg(&f, &n, 2, &a, &b));
	EXPECT(!fdt_reg(&f, &n, ~0u, &a, &b));
	EXPECT(fdt_find(&f, STR("chosen"), 1, &n));
	EXPECT(str_equal(fdt_text(&f, &n, STR("bootargs")), STR("a=b c")));
	EXPECT(str_equal(fdt_text(&f, &n, STR("bootarg")), STR("")));
	EXPECT(!fdt_reg(&f, &n, 0, &a, &b));
	EXPECT(!fdt_find(&f, STR("chosen"), 2, &n));
	EXPECT(fdt_find(&f, STR("deeper"), 2, &n));
	EXPECT(fdt_number(&f, &n, STR("value"), &a) && a == 42);
	n = (struct fdt_node){};
	EXPECT(fdt_next_compatible(&f, STR("three"), &n) && str_equal(n.name, STR("chosen")));
	EXPECT(!fdt_next_compatible(&f, STR("three"), &n));
	n = (struct fdt_node){};
	EXPECT(!fdt_next_compatible(&f, STR("two"), &n));
}

KTEST(fdt, nodes_come_in_order_with_their_depths)
{
	static const char *const names[] = { "", "memory@80000000", "chosen", "deeper", "last" };
	static const u32 depths[] = { 0, 1, 1, 2, 1 };
	static struct writer shared w;
	struct fdt f = {};
	struct fdt_node n = {}, chosen = {};
	u32 i = 0, inside = 0;
	EXPECT(fdt_open(cspan_sub(cspan_of(w.bytes), 0, write_tree(&w)), &f));
	for (; fdt_next(&f, &n) && i < array_len(names); i++) {
		EXPECT(str_equal(n.name, str_of_cstr(array_at(names, i))));
		EXPECT_EQ(n.depth, array_at(depths, i));
	}
	EXPECT_EQ(i, array_len(names));
	EXPECT(fdt_find(&f, STR("chosen"), 1, &chosen));
	for (n = chosen; fdt_next_inside(&f, &chosen, &n);)
		inside++;
	EXPECT_EQ(inside, 1);
}

/* Everything that can be asked of a blob; only that it ends counts, and how many nodes there are.
 */
static u32 ask_all(struct cspan blob)
{
	struct fdt f = {};
	struct fdt_node n = {};
	u64 a = 0, b = 0;
	u32 nodes = 0;
	if (!fdt_open(blob, &f))
		return 0;
	while (fdt_next(&f, &n)) {
		nodes++;
		(void)fdt_reg(&f, &n, 1, &a, &b);
		(void)fdt_number(&f, &n, STR("value"), &a);
		(void)fdt_lists(&f, &n, STR("compatible"), STR("none"));
	}
	for (u32 i = 0; fdt_reservation(&f, i, &a, &b);)
		i++;
	return nodes;
}

KTEST(fdt, a_broken_tree_is_survived)
{
	static struct writer shared w;
	static const u8 values[] = { 0, 1, 2, 3, 4, 9, 0x7f, 0x80, 0xff };
	usize size = write_tree(&w);
	EXPECT_EQ(ask_all(cspan_sub(cspan_of(w.bytes), 0, size)), 5);
	for (usize len = 0; len < size; len++)
		EXPECT_EQ(ask_all(cspan_sub(cspan_of(w.bytes), 0, len)), 0);
	for (usize at = 0; at < size; at++) {
		u8 before = array_at(w.bytes, at);
		for (u32 i = 0; i < array_len(values); i++) {
			array_at(w.bytes, at) = array_at(values, i);
			EXPECT(ask_all(cspan_of(w.bytes)) < 64);
		}
		array_at(w.bytes, at) = before;
	}
}
