/* SPDX-License-Identifier: MPL-2.0 */
/*
 * tree - intrusive red-black trees ordered by a u64 key, owning one reference per element.
 *
 *   struct dentry { struct object object; struct tree_link node; u64 hash; ... };
 *   TREE_TYPE(child_tree, dentry, node, hash);
 *
 * Equal keys are allowed; a new one goes behind its equals.  A key must not change while its
 * element is in the tree. The tree takes no lock.  A zeroed tree is empty and must be emptied
 * before its memory goes.
 *
 *   Context:  any; O(log n), cannot fail.
 */
#pragma once
#include <osxtd/object.h>

struct tree_link {
	struct tree_link *_parent, *_left, *_right;
	u64 _key;
	bool _red, _linked;
};
struct tree_raw {
	struct tree_link *_root;
	usize _count;
};

OSXTD_API void tree_raw_insert(struct tree_raw *t, struct tree_link *n);
OSXTD_API void tree_raw_remove(struct tree_raw *t, struct tree_link *n);
OSXTD_API struct tree_link *tree_raw_lower_bound(const struct tree_raw *t,
						 u64 key);		       /* first >= key */
OSXTD_API struct tree_link *tree_raw_floor(const struct tree_raw *t, u64 key); /* last <= key */
OSXTD_API struct tree_link *tree_raw_next(const struct tree_link *n);

#define TREE_TYPE(name, T, link, key)                                                              \
	struct name {                                                                              \
		struct tree_raw _raw;                                                              \
	};                                                                                         \
	[[maybe_unused]] static inline struct T *name##_item_(struct tree_link *n)                 \
	{                                                                                          \
		UNSAFE("1. n is the link of a T: only these are put into the tree")                \
		return n == nullptr ? nullptr                                                      \
				    : (struct T *)(void *)((u8 *)n - offsetof(struct T, link));    \
	}                                                                                          \
	[[maybe_unused]] static inline usize name##_count(const struct name *t)                    \
	{                                                                                          \
		return t->_raw._count;                                                             \
	}                                                                                          \
	[[maybe_unused]] static inline bool name##_is_linked(const struct T *e)                    \
	{                                                                                          \
		return e->link._linked;                                                            \
	}                                                                                          \
	[[maybe_unused]] static inline void name##_insert(struct name *t, struct T##_ref r)        \
	{                                                                                          \
		r._p->link._key = (u64)r._p->key;                                                  \
		tree_raw_insert(&t->_raw, &r._p->link);                                            \
	}                                                                                          \
	/* Takes e, which must be in t, out and hands the tree's reference over. */                \
	[[maybe_unused]] static inline struct T##_ref name##_remove(struct name *t, struct T *e)   \
	{                                                                                          \
		tree_raw_remove(&t->_raw, &e->link);                                               \
		return (struct T##_ref){ e };                                                      \
	}                                                                                          \
	/* Borrowed: the first element with key >= k, the last with key <= k, the one after e. */  \
	[[maybe_unused]] BORROWS static inline struct T *name##_lower_bound(const struct name *t,  \
									    u64 k)                 \
	{                                                                                          \
		return name##_item_(tree_raw_lower_bound(&t->_raw, k));                            \
	}                                                                                          \
	[[maybe_unused]] BORROWS static inline struct T *name##_floor(const struct name *t, u64 k) \
	{                                                                                          \
		return name##_item_(tree_raw_floor(&t->_raw, k));                                  \
	}                                                                                          \
	[[maybe_unused]] BORROWS static inline struct T *name##_first(const struct name *t)        \
	{                                                                                          \
		return name##_item_(tree_raw_lower_bound(&t->_raw, 0));                            \
	}                                                                                          \
	[[maybe_unused]] BORROWS static inline struct T *name##_next(const struct T *e)            \
	{                                                                                          \
		return name##_item_(tree_raw_next(&e->link));                                      \
	}                                                                                          \
	static_assert(true)
