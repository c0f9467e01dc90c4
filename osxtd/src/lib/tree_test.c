/* SPDX-License-Identifier: MPL-2.0 */
/* tree_test - lists and trees of the raw kind against simple models. */
#include <osxtd/ktest.h>
#include <osxtd/list.h>
#include <osxtd/tree.h>

enum : u32 { NODES = 200 };

/* B1 and B2 below n: the black height, or -1 when broken. */
static i32 black_height(const struct tree_link *start)
{
	/* An explicit stack: each entry is a link and the black links above it. */
	const struct tree_link *stack[64] = { start };
	i32 above[64] = {};
	i32 height = -1;
	for (u32 top = 1; top > 0;) {
		top--;
		const struct tree_link *n = array_at(stack, top);
		i32 black = array_at(above, top);
		if (n == nullptr) {
			if (height >= 0 && height != black)
				return -1;
			height = black;
			continue;
		}
		if (n->_red && ((n->_left != nullptr && n->_left->_red) ||
				(n->_right != nullptr && n->_right->_red)))
			return -1;
		black += n->_red ? 0 : 1;
		array_at(stack, top) = n->_left;
		array_at(above, top++) = black;
		array_at(stack, top) = n->_right;
		array_at(above, top++) = black;
	}
	return height;
}

static struct tree_link shared nodes[NODES];

static u32 count_in_order(const struct tree_raw *t, bool *sorted)
{
	u32 n = 0;
	u64 last = 0;
	for (struct tree_link *l = tree_raw_lower_bound(t, 0); l != nullptr; l = tree_raw_next(l)) {
		*sorted = *sorted && l->_key >= last;
		last = l->_key;
		n++;
	}
	return n;
}

KTEST(tree, random_inserts_and_removes_keep_it_balanced)
{
	struct tree_raw tree = {};
	u64 seed = 12345;
	u32 linked = 0;
	for (u32 i = 0; i < NODES; i++)
		array_at(nodes, i) = (struct tree_link){};
	for (u32 step = 0; step < 3000; step++) {
		seed = (seed * 25214903917u + 11) & 0xffffffffffff;
		struct tree_link *n = &array_at(nodes, (seed >> 20) % NODES);
		if (n->_linked) {
			tree_raw_remove(&tree, n);
			linked--;
		} else {
			n->_key = (seed >> 12) % 64;
			tree_raw_insert(&tree, n);
			linked++;
		}
		if (step % 50 == 0) {
			bool sorted = true;
			EXPECT(black_height(tree._root) >= 0);
			EXPECT_EQ(count_in_order(&tree, &sorted), linked);
			EXPECT(sorted);
		}
	}
	EXPECT_EQ(tree._count, linked);
}

KTEST(tree, bounds)
{
	struct tree_raw tree = {};
	struct tree_link ten = { ._key = 10 }, twenty = { ._key = 20 };
	tree_raw_insert(&tree, &ten);
	tree_raw_insert(&tree, &twenty);
	EXPECT(tree_raw_lower_bound(&tree, 5) == &ten);
	EXPECT(tree_raw_lower_bound(&tree, 10) == &ten);
	EXPECT(tree_raw_lower_bound(&tree, 11) == &twenty);
	EXPECT(tree_raw_lower_bound(&tree, 21) == nullptr);
	EXPECT(tree_raw_floor(&tree, 9) == nullptr);
	EXPECT(tree_raw_floor(&tree, 19) == &ten);
	EXPECT(tree_raw_floor(&tree, 99) == &twenty);
}

KTEST(list, order_and_removal)
{
	struct list_raw list = {};
	struct list_link a = {}, b = {}, c = {};
	list_raw_insert(&list, nullptr, &b);
	list_raw_insert(&list, &b, &a);
	list_raw_insert(&list, nullptr, &c);
	EXPECT_EQ(list._count, 3);
	EXPECT(list._first == &a && a._next == &b && b._next == &c && list._last == &c);
	list_raw_remove(&list, &b);
	EXPECT(a._next == &c && c._prev == &a && b._prev == nullptr);
	list_raw_remove(&list, &a);
	EXPECT(list._first == &c && c._prev == &c);
	list_raw_remove(&list, &c);
	EXPECT(list._first == nullptr && list._last == nullptr && list._count == 0);
}
