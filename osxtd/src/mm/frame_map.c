// SPDX-License-Identifier: MPL-2.0
/*
 * frame_map - a radix tree of 64-slot nodes.  Height 0: the root is the page of index 0 itself.
 *
 * A node counts its slots in use and is freed with the last one; the tree loses a level only when
 * it becomes empty.
 */
#include <osxtd/frame_map.h>

#include "mm/frames.h"
#include "mm/pool.h"

enum : u32 { NODE_SHIFT = 6, NODE_SLOTS = 64, HEIGHT_MAX = 11 };

struct node {
	u64 used; /* bit i: slot i is not null; the pool's link overlays nothing that must survive
		   */
	u64 unused;
	void *slot[NODE_SLOTS];
};

static struct pool shared node_pool = { ._size = sizeof(struct node),
					._cpus = pool_cpus_none,
					._name = "frame_map" };

static struct node *as_node(void *place)
{
	UNSAFE("1. above height 0 every place that is not null holds a node")
	return (struct node *)place;
}

static struct uframe *as_frame(void *place)
{
	UNSAFE("1. at height 0 a place that is not null holds a frame")
	return (struct uframe *)place;
}

static struct node *node_new(void)
{
	struct node *n = as_node(pool_take(&node_pool));
	if (n != nullptr)
		words_zero(n, sizeof(*n) / 8);
	return n;
}

static bool covers(u32 height, u64 index)
{
	return height >= HEIGHT_MAX || index >> (height * NODE_SHIFT) == 0;
}

static u32 slot_index(u64 index, u32 level)
{
	return (u32)(index >> (level * NODE_SHIFT)) & (NODE_SLOTS - 1);
}

struct uframe *frame_map_find(const struct frame_map *m, u64 index)
{
	if (m->_root == nullptr || !covers(m->_height, index))
		return nullptr;
	void *at = m->_root;
	for (u32 level = m->_height; level > 0 && at != nullptr; level--)
		at = array_at(as_node(at)->slot, slot_index(index, level - 1));
	return as_frame(at);
}

/* Adds levels until index is covered. */
static err_t grow(struct frame_map *m, u64 index)
{
	if (m->_root == nullptr) {
		while (!covers(m->_height, index))
			m->_height++;
		return OK;
	}
	while (!covers(m->_height, index)) {
		struct node *n = node_new();
		if (n == nullptr)
			return ERR_NOMEM;
		n->slot[0] = m->_root;
		n->used = 1;
		m->_root = n;
		m->_height++;
	}
	return OK;
}

static void set(struct node *n, u32 i, void *v)
{
	array_at(n->slot, i) = v;
	if (v != nullptr)
		n->used |= 1ull << i;
	else
		n->used &= ~(1ull << i);
}

/* Frees the nodes on the way to index that hold nothing. */
static void prune(struct frame_map *m, u64 index)
{
	struct node *path[HEIGHT_MAX] = {};
	void *at = m->_root;
	for (u32 level = m->_height; level > 0 && at != nullptr; level--) {
		array_at(path, level - 1) = as_node(at);
		at = array_at(as_node(at)->slot, slot_index(index, level - 1));
	}
	for (u32 level = 0; level < m->_height; level++) {
		struct node *n = array_at(path, level);
		if (n == nullptr)
			continue;
		if (n->used != 0)
			return;
		if (level + 1 < m->_height)
			set(array_at(path, level + 1), slot_index(index, level + 1), nullptr);
		else
			m->_root = nullptr;
		pool_give(&node_pool, n);
	}
	if (m->_root == nullptr)
		m->_height = 0;
}

/* The count that f carries moves into the slot. */
err_t frame_map_insert(struct frame_map *m, u64 index, struct uframe_ref f)
{
	ASSERT(f._p != nullptr);
	err_t err = grow(m, index);
	void **place = &m->_root;
	struct node *parent = nullptr;
	for (u32 level = m->_height; level > 0 && err == OK; level--) {
		if (*place == nullptr) {
			struct node *n = node_new();
			if (n == nullptr) {
				err = ERR_NOMEM;
				break;
			}
			*place = n;
			if (parent != nullptr)
				parent->used |= 1ull << slot_index(index, level);
		}
		parent = as_node(*place);
		place = &array_at(parent->slot, slot_index(index, level - 1));
	}
	if (err != OK) {
		prune(m, index);
		uframe_drop(&f);
		return err;
	}
	ASSERT(*place == nullptr);
	*place = f._p;
	if (parent != nullptr)
		parent->used |= 1ull << slot_index(index, 0);
	m->_count++;
	return OK;
}

/* The count of the slot moves to the caller. */
bool frame_map_remove(struct frame_map *m, u64 index, struct uframe_ref *out)
{
	struct uframe *f = frame_map_find(m, index);
	if (f == nullptr)
		return false;
	if (m->_height == 0) {
		m->_root = nullptr;
	} else {
		struct node *n = as_node(m->_root);
		for (u32 level = m->_height; level > 1; level--)
			n = as_node(array_at(n->slot, slot_index(index, level - 1)));
		set(n, slot_index(index, 0), nullptr);
		if (n->used == 0)
			prune(m, index);
	}
	m->_count--;
	*out = (struct uframe_ref){ f };
	return true;
}

bool frame_map_next(const struct frame_map *m, u64 from, u64 *index)
{
	if (m->_root == nullptr)
		return false;
	if (m->_height == 0) {
		*index = 0;
		return from == 0;
	}
	/* Descends to from; where nothing is left behind it in a node, goes on with the parent's
	 * next slot. */
	while (covers(m->_height, from)) {
		struct node *n = as_node(m->_root);
		u32 level = m->_height;
		for (;;) {
			level--;
			u32 i = slot_index(from, level);
			u64 rest = n->used >> i;
			if (rest == 0)
				break;
			u32 skip = (u32)__builtin_ctzll(rest);
			if (skip != 0)
				from = ((from >> (level * NODE_SHIFT)) + skip)
				       << (level * NODE_SHIFT);
			if (level == 0) {
				*index = from;
				return true;
			}
			n = as_node(array_at(n->slot, i + skip));
		}
		u32 shift = (level + 1) * NODE_SHIFT;
		if (shift >= 64)
			return false;
		u64 next = ((from >> shift) + 1) << shift;
		if (next <= from)
			return false;
		from = next;
	}
	return false;
}

void frame_map_truncate(struct frame_map *m, u64 from)
{
	u64 index = from;
	while (frame_map_next(m, index, &index)) {
		struct uframe_ref f = {};
		if (frame_map_remove(m, index, &f))
			uframe_drop(&f);
	}
}
