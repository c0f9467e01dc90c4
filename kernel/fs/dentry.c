/* SPDX-License-Identifier: MPL-2.0 */
/* dentry - names in a file system's tree. */
#include "fs/dentry.h"

static void names_fini(struct names *n)
{
	ASSERT(name_tree_count(&n->tree) == 0); /* D2 */
}
OBJECT_TYPE(names, names_fini);

/*
 * A removed directory keeps its parent, which may be removed too, and so on: the chain is let go in
 * a loop, for its length is up to the user.  Who holds the only reference to a dentry outside the
 * tree may take its parent from it.
 */
static void dentry_fini(struct dentry *d)
{
	struct dentry_ref up = dentry_move(&d->parent);
	names_drop(&d->names);
	inode_drop(&d->inode);
	buf_drop(&d->name_long);
	while (!dentry_is_null(&up)) {
		struct dentry *p = dentry_get(&up);
		struct dentry_ref next = {};
		bool sole = object_refs(&p->object) == 1;
		if (sole)
			next = dentry_move(&p->parent);
		dentry_drop(&up);
		up = dentry_move(&next);
	}
}
OBJECT_TYPE(dentry, dentry_fini);

u64 name_hash(struct str name)
{
	u64 h = name_hash_start();
	for (usize i = 0; i < str_len(name); i++)
		h = name_hash_step(h, str_get(name, i));
	return name_hash_end(h);
}

static void dentry_store_name(struct dentry *d, struct name_store *s)
{
	buf_drop(&d->name_long);
	d->name_len = (u32)str_len(s->name);
	if (d->name_len > DENTRY_INLINE_NAME)
		d->name_long = buf_move(&s->long_name);
	else
		span_copy(span_of(d->name_inline), str_bytes(s->name));
	d->hash = name_hash(s->name);
}

err_t dentry_name_prepare(struct str name, struct name_store *out)
{
	out->name = name;
	if (str_len(name) <= DENTRY_INLINE_NAME)
		return OK;
	return buf_copy_of(str_bytes(name), &out->long_name);
}

void name_store_fini(struct name_store *s)
{
	buf_drop(&s->long_name);
}

err_t dentry_new(struct str name, struct dentry *parent, struct inode_ref inode,
		 struct dentry_ref *out)
{
	struct inode_ref held CLEANUP(inode_drop) = inode_move(&inode);
	struct name_store store CLEANUP(name_store_fini) = {};
	TRY(dentry_name_prepare(name, &store));
	SCOPED_REF(names, names);
	if (inode_is_dir(inode_get(&held)))
		TRY(names_alloc(&names));
	TRY(dentry_alloc(out));
	struct dentry *d = dentry_get(out);
	dentry_store_name(d, &store);
	d->parent = dentry_clone_or_null(parent);
	d->inode = inode_move(&held);
	d->names = names_move(&names);
	return OK;
}

struct str dentry_name(const struct dentry *d)
{
	if (d->name_len > DENTRY_INLINE_NAME)
		return buf_str(&d->name_long);
	return str_of(cspan_sub(cspan_of(d->name_inline), 0, d->name_len));
}

bool dentry_has_long_name(const struct dentry *d, struct str name)
{
	return str_equal(dentry_name(d), name);
}

bool dentry_is_empty(const struct dentry *dir)
{
	return name_tree_count(&names_get(&dir->names)->tree) == 0;
}

void dentry_attach(struct dentry *d)
{
	SCOPED_REF(dentry, parent);
	parent = dentry_clone(dentry_get(&d->parent));
	name_tree_insert(&names_get(&dentry_get(&parent)->names)->tree, dentry_clone(d));
}

void dentry_detach(struct dentry *d)
{
	SCOPED_REF(dentry, parent);
	parent = dentry_clone(dentry_get(&d->parent));
	struct dentry_ref own = name_tree_remove(&names_get(&dentry_get(&parent)->names)->tree, d);
	dentry_drop(&own);
}

void dentry_rename(struct dentry *d, struct dentry *parent, struct name_store *name)
{
	dentry_store_name(d, name);
	dentry_replace(&d->parent, dentry_clone(parent));
}

void dentry_exchange(struct dentry *a, struct dentry *b)
{
	struct dentry_ref parent = dentry_move(&a->parent);
	a->parent = dentry_move(&b->parent);
	b->parent = dentry_move(&parent);

	struct buf name_long = buf_move(&a->name_long);
	a->name_long = buf_move(&b->name_long);
	b->name_long = buf_move(&name_long);

	u8 text[DENTRY_INLINE_NAME] = {};
	span_copy(span_of(text), cspan_of(a->name_inline));
	span_copy(span_of(a->name_inline), cspan_of(b->name_inline));
	span_copy(span_of(b->name_inline), cspan_of(text));

	u32 len = a->name_len;
	a->name_len = b->name_len;
	b->name_len = len;
	u64 hash = a->hash;
	a->hash = b->hash;
	b->hash = hash;
}

bool dentry_is_below(struct dentry *d, const struct dentry *dir)
{
	SCOPED_REF(dentry, at);
	at = dentry_clone(d);
	while (!dentry_is_null(&at)) {
		if (dentry_get(&at) == dir)
			return true;
		dentry_replace(&at,
			       dentry_clone_or_null(dentry_get_or_null(&dentry_get(&at)->parent)));
	}
	return false;
}

void dentry_tree_empty(struct dentry *root)
{
	SCOPED_REF(dentry, at);
	at = dentry_clone(root);
	for (;;) {
		struct dentry *d = dentry_get(&at);
		struct dentry *child = name_tree_first(&names_get(&d->names)->tree);
		if (child != nullptr && !names_is_null(&child->names) && !dentry_is_empty(child)) {
			dentry_replace(&at, dentry_clone(child));
		} else if (child != nullptr) {
			dentry_detach(child);
		} else if (d == root) {
			return;
		} else {
			dentry_replace(&at, dentry_clone(dentry_get(&d->parent)));
		}
	}
}
