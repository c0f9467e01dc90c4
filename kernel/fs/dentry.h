/* SPDX-License-Identifier: MPL-2.0 */
/*
 * dentry - names in a file system's tree; inside fs/ only (others: vfs.h).
 *
 * D1: a dentry is in its parent's names exactly while it is neither DENTRY_DELETED nor
 * DENTRY_DYNAMIC nor a root. D2: a dentry of a directory has names; it leaves the tree only with
 * these empty.
 */
#pragma once
#include "fs/vfs.h"

/* Of a name, as names are ordered in their directory: 3 … 2^63-1, so that it is a position too. */
ALWAYS_INLINE u64 name_hash_start(void)
{
	return 0xcbf29ce484222325;
}
ALWAYS_INLINE u64 name_hash_step(u64 h, char c)
{
	return (h ^ (u8)c) * 0x100000001b3;
}
ALWAYS_INLINE u64 name_hash_end(u64 h)
{
	return (h ^ h >> 32) >> 1 | 4;
}
u64 name_hash(struct str name);

/* A dentry below parent (null: a root) that is not in the tree yet. */
err_t dentry_new(struct str name, struct dentry *parent, struct inode_ref inode,
		 struct dentry_ref *out);
bool dentry_has_long_name(const struct dentry *d, struct str name) HOLDS(tree);
ALWAYS_INLINE bool dentry_has_name(const struct dentry *d, struct str name) HOLDS(tree)
{
	usize len = d->name_len;
	if (len != str_len(name))
		return false;
	if (unlikely(len > DENTRY_INLINE_NAME))
		return dentry_has_long_name(d, name);
	for (usize i = 0; i < len; i++) {
		if (array_at(d->name_inline, i) != (u8)str_get(name, i))
			return false;
	}
	return true;
}
/* Borrows the entry of a directory; null when there is none. */
BORROWS ALWAYS_INLINE struct dentry *dentry_find(const struct dentry *dir, struct str name,
						 u64 hash) HOLDS(tree)
{
	struct dentry *d = name_tree_lower_bound(&names_get(&dir->names)->tree, hash);
	while (d != nullptr && d->hash == hash) {
		if (likely(dentry_has_name(d, name)))
			return d;
		d = name_tree_next(d);
	}
	return nullptr;
}
bool dentry_is_empty(const struct dentry *dir) HOLDS(tree);
/* Puts a dentry that is not in the tree under its parent. */
void dentry_attach(struct dentry *d) HOLDS(tree);
/* Takes it out of its parent's names; it keeps its parent. */
void dentry_detach(struct dentry *d) HOLDS(tree);
/* Gives a detached dentry a new name and parent.  name was prepared by dentry_name_prepare. */
struct ON_STACK name_store {
	struct buf long_name;
	struct str name;
};
err_t dentry_name_prepare(struct str name, struct name_store *out);
void name_store_fini(struct name_store *s);
void dentry_rename(struct dentry *d, struct dentry *parent, struct name_store *name) HOLDS(tree);
/* Exchanges names and parents of two detached dentries. */
void dentry_exchange(struct dentry *a, struct dentry *b) HOLDS(tree);
/* True when d is dir or lies below it. */
bool dentry_is_below(struct dentry *d, const struct dentry *dir) HOLDS(tree);
ALWAYS_INLINE bool dentry_is_deleted(const struct dentry *d)
{
	return (atomic_u32_load(&d->flags) & DENTRY_DELETED) != 0;
}
/* Empties the whole tree below root. */
void dentry_tree_empty(struct dentry *root) HOLDS(tree);
