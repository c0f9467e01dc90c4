/* SPDX-License-Identifier: MPL-2.0 */
/*
 * list - intrusive doubly linked lists that own one reference per element.
 *
 *   struct thread { struct object object; struct list_link sibling; ... };
 *   LIST_TYPE(sibling_list, thread, sibling);     // after struct thread is complete
 *
 * An element is on at most one list per link; pushing a linked element traps (L1).  All operations
 * are O(1) and cannot fail.  The list itself takes no lock: its owner's lock guards it.
 * A zeroed list is empty.  A list must be emptied before its memory goes.
 *
 *   Context:  any.
 */
#pragma once
#include <osxtd/object.h>

struct list_link {
	struct list_link *_next, *_prev; /* both null when not on a list */
};
struct list_raw {
	struct list_link *_first, *_last;
	usize _count;
};

OSXTD_API void list_raw_insert(struct list_raw *l, struct list_link *before, struct list_link *n);
OSXTD_API void list_raw_remove(struct list_raw *l, struct list_link *n);

/* In two parts for a struct that holds lists of its own kind: LIST_STRUCT before it, LIST_FUNCTIONS
 * behind it. */
#define LIST_STRUCT(name)                                                                          \
	struct name {                                                                              \
		struct list_raw _raw;                                                              \
	}
#define LIST_TYPE(name, T, link)                                                                   \
	LIST_STRUCT(name);                                                                         \
	LIST_FUNCTIONS(name, T, link)
#define LIST_FUNCTIONS(name, T, link)                                                              \
	[[maybe_unused]] static inline struct T *name##_item_(struct list_link *n)                 \
	{                                                                                          \
		UNSAFE("1. n is the link of a T: only these are put on the list")                  \
		return n == nullptr ? nullptr                                                      \
				    : (struct T *)(void *)((u8 *)n - offsetof(struct T, link));    \
	}                                                                                          \
	[[maybe_unused]] static inline bool name##_is_empty(const struct name *l)                  \
	{                                                                                          \
		return l->_raw._first == nullptr;                                                  \
	}                                                                                          \
	[[maybe_unused]] static inline usize name##_count(const struct name *l)                    \
	{                                                                                          \
		return l->_raw._count;                                                             \
	}                                                                                          \
	/* Borrowed elements in order; null at the end. */                                         \
	[[maybe_unused]] BORROWS static inline struct T *name##_first(const struct name *l)        \
	{                                                                                          \
		return name##_item_(l->_raw._first);                                               \
	}                                                                                          \
	[[maybe_unused]] BORROWS static inline struct T *name##_next(const struct T *t)            \
	{                                                                                          \
		return name##_item_(t->link._next);                                                \
	}                                                                                          \
	[[maybe_unused]] static inline bool name##_is_linked(const struct T *t)                    \
	{                                                                                          \
		return t->link._prev != nullptr;                                                   \
	}                                                                                          \
	[[maybe_unused]] static inline void name##_push_back(struct name *l, struct T##_ref r)     \
	{                                                                                          \
		list_raw_insert(&l->_raw, nullptr, &r._p->link);                                   \
	}                                                                                          \
	[[maybe_unused]] static inline void name##_push_front(struct name *l, struct T##_ref r)    \
	{                                                                                          \
		list_raw_insert(&l->_raw, l->_raw._first, &r._p->link);                            \
	}                                                                                          \
	[[maybe_unused]] static inline void name##_insert_before(struct name *l, struct T *at,     \
								 struct T##_ref r)                 \
	{                                                                                          \
		list_raw_insert(&l->_raw, &at->link, &r._p->link);                                 \
	}                                                                                          \
	/* Hands the first element over; false when empty. */                                      \
	[[maybe_unused]] static inline bool name##_pop_front(struct name *l, struct T##_ref *out)  \
	{                                                                                          \
		struct list_link *n = l->_raw._first;                                              \
		if (n == nullptr)                                                                  \
			return false;                                                              \
		list_raw_remove(&l->_raw, n);                                                      \
		*out = (struct T##_ref){ name##_item_(n) };                                        \
		return true;                                                                       \
	}                                                                                          \
	/* Takes t, which must be on l, off it and hands the list's reference over. */             \
	[[maybe_unused]] static inline struct T##_ref name##_remove(struct name *l, struct T *t)   \
	{                                                                                          \
		list_raw_remove(&l->_raw, &t->link);                                               \
		return (struct T##_ref){ t };                                                      \
	}                                                                                          \
	static_assert(true)
