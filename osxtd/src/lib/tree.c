/* SPDX-License-Identifier: MPL-2.0 */
/*
 * tree - red-black trees behind TREE_TYPE.
 *
 * B1: no red link has a red child.  B2: every path from a link down to null passes the same number
 * of black links. Insertion and removal go down once and repair upwards (Cormen et al.,
 * Introduction to Algorithms, ch. 13).
 */
#include <osxtd/tree.h>

/* Puts child in old's place below parent, or at the root.  A link of another tree never becomes or
 * replaces t's root. */
static void replace_child(struct tree_raw *t, struct tree_link *parent, struct tree_link *old,
			  struct tree_link *child)
{
	if (parent == nullptr) {
		ASSERT(t->_root == old);
		t->_root = child;
	} else if (parent->_left == old) {
		parent->_left = child;
	} else {
		parent->_right = child;
	}
	if (child != nullptr)
		child->_parent = parent;
}

/* Turns n down to the left: its right child takes its place. */
static void rotate_left(struct tree_raw *t, struct tree_link *n)
{
	struct tree_link *up = n->_right;
	n->_right = up->_left;
	if (up->_left != nullptr)
		up->_left->_parent = n;
	replace_child(t, n->_parent, n, up);
	up->_left = n;
	n->_parent = up;
}

static void rotate_right(struct tree_raw *t, struct tree_link *n)
{
	struct tree_link *up = n->_left;
	n->_left = up->_right;
	if (up->_right != nullptr)
		up->_right->_parent = n;
	replace_child(t, n->_parent, n, up);
	up->_right = n;
	n->_parent = up;
}

static bool is_red(const struct tree_link *n)
{
	return n != nullptr && n->_red;
}

/* Restores B1 after n, red, was put below a red parent. */
static void repair_insert(struct tree_raw *t, struct tree_link *n)
{
	while (is_red(n->_parent)) {
		struct tree_link *parent = n->_parent;
		struct tree_link *grand = parent->_parent;
		bool left = grand->_left == parent;
		struct tree_link *uncle = left ? grand->_right : grand->_left;
		if (is_red(uncle)) {
			parent->_red = false;
			uncle->_red = false;
			grand->_red = true;
			n = grand;
			continue;
		}
		if (left && n == parent->_right) {
			rotate_left(t, parent);
			parent = n;
		} else if (!left && n == parent->_left) {
			rotate_right(t, parent);
			parent = n;
		}
		parent->_red = false;
		grand->_red = true;
		if (left)
			rotate_right(t, grand);
		else
			rotate_left(t, grand);
		break;
	}
	t->_root->_red = false;
}

void tree_raw_insert(struct tree_raw *t, struct tree_link *n)
{
	ASSERT(!n->_linked);
	struct tree_link *parent = nullptr;
	struct tree_link **slot = &t->_root;
	while (*slot != nullptr) {
		parent = *slot;
		slot = n->_key < parent->_key ? &parent->_left : &parent->_right;
	}
	*slot = n;
	n->_parent = parent;
	n->_left = nullptr;
	n->_right = nullptr;
	n->_red = true;
	n->_linked = true;
	t->_count++;
	repair_insert(t, n);
}

/* Restores B2 after a black link was taken from between parent and n (n may be null). */
static void repair_remove(struct tree_raw *t, struct tree_link *n, struct tree_link *parent)
{
	while (n != t->_root && !is_red(n)) {
		bool left = parent->_left == n;
		struct tree_link *sibling = left ? parent->_right : parent->_left;
		if (is_red(sibling)) {
			sibling->_red = false;
			parent->_red = true;
			if (left)
				rotate_left(t, parent);
			else
				rotate_right(t, parent);
			sibling = left ? parent->_right : parent->_left;
		}
		if (!is_red(sibling->_left) && !is_red(sibling->_right)) {
			sibling->_red = true;
			n = parent;
			parent = n->_parent;
			continue;
		}
		if (left && !is_red(sibling->_right)) {
			sibling->_left->_red = false;
			sibling->_red = true;
			rotate_right(t, sibling);
			sibling = parent->_right;
		} else if (!left && !is_red(sibling->_left)) {
			sibling->_right->_red = false;
			sibling->_red = true;
			rotate_left(t, sibling);
			sibling = parent->_left;
		}
		sibling->_red = parent->_red;
		parent->_red = false;
		if (left) {
			sibling->_right->_red = false;
			rotate_left(t, parent);
		} else {
			sibling->_left->_red = false;
			rotate_right(t, parent);
		}
		n = t->_root;
	}
	if (n != nullptr)
		n->_red = false;
}

/* Puts next, the in-order successor of n, which has two children, in n's place; returns the colour
 * next had. */
static bool splice_successor(struct tree_raw *t, struct tree_link *n, struct tree_link **child,
			     struct tree_link **parent)
{
	struct tree_link *next = n->_right;
	while (next->_left != nullptr)
		next = next->_left;
	bool red = next->_red;
	*child = next->_right;
	if (next->_parent == n) {
		*parent = next;
	} else {
		*parent = next->_parent;
		replace_child(t, next->_parent, next, next->_right);
		next->_right = n->_right;
		next->_right->_parent = next;
	}
	replace_child(t, n->_parent, n, next);
	next->_left = n->_left;
	next->_left->_parent = next;
	next->_red = n->_red;
	return red;
}

void tree_raw_remove(struct tree_raw *t, struct tree_link *n)
{
	ASSERT(n->_linked && t->_count != 0);
	struct tree_link *child = nullptr;
	struct tree_link *parent = n->_parent;
	bool red = n->_red;
	if (n->_left != nullptr && n->_right != nullptr) {
		red = splice_successor(t, n, &child, &parent);
	} else {
		child = n->_left != nullptr ? n->_left : n->_right;
		replace_child(t, n->_parent, n, child);
	}
	if (!red)
		repair_remove(t, child, parent);
	n->_parent = nullptr;
	n->_left = nullptr;
	n->_right = nullptr;
	n->_linked = false;
	t->_count--;
}

struct tree_link *tree_raw_lower_bound(const struct tree_raw *t, u64 key)
{
	struct tree_link *best = nullptr;
	for (struct tree_link *n = t->_root; n != nullptr;) {
		if (n->_key >= key) {
			best = n;
			n = n->_left;
		} else {
			n = n->_right;
		}
	}
	return best;
}

struct tree_link *tree_raw_floor(const struct tree_raw *t, u64 key)
{
	struct tree_link *best = nullptr;
	for (struct tree_link *n = t->_root; n != nullptr;) {
		if (n->_key <= key) {
			best = n;
			n = n->_right;
		} else {
			n = n->_left;
		}
	}
	return best;
}

struct tree_link *tree_raw_next(const struct tree_link *n)
{
	if (n->_right != nullptr) {
		struct tree_link *m = n->_right;
		while (m->_left != nullptr)
			m = m->_left;
		return m;
	}
	struct tree_link *parent = n->_parent;
	while (parent != nullptr && parent->_right == n) {
		n = parent;
		parent = parent->_parent;
	}
	return parent;
}
