/* SPDX-License-Identifier: MPL-2.0 */
/*
 * namei - the path walk.
 *
 * The text is walked in segments.  A segment takes the tree lock of one file system once and goes
 * down as long as names are in the tree; it holds no references on the way and takes one at its
 * end.  It ends at the end of the text, at "..", a mount point, a symbolic link, or a name that a
 * dynamic directory must be asked for.  A link replaces the rest of the text.
 *
 * N1: w->path is a place that may be searched from, held by references, whenever the tree lock is
 * not held.
 */
#include "fs/dentry.h"
#include "fs/mount.h"
#include "fs/namei.h"

enum walk_stop : u32 {
	STOP_END, /* the text is used up, or the last component is reached with WALK_PARENT */
	STOP_DOTDOT,
	STOP_MOUNT,  /* path is a dentry with something mounted on it */
	STOP_LINK,   /* w->link is to be followed from path */
	STOP_LOOKUP, /* the directory at path must be asked for the next name */
};

ALWAYS_INLINE u32 walk_resolve(const struct walk *w)
{
	return w->flags >> WALK_RESOLVE_SHIFT;
}

static NOINLINE struct str skip_more_slashes(struct str s)
{
	usize i = 0;
	while (i < str_len(s) && str_get(s, i) == '/')
		i++;
	return str_from(s, i);
}

/* Without the slashes at its front, of which there is mostly none or one. */
ALWAYS_INLINE struct str skip_slashes(struct str s)
{
	if (str_len(s) == 0 || str_get(s, 0) != '/')
		return s;
	s = str_from(s, 1);
	return unlikely(str_len(s) != 0 && str_get(s, 0) == '/') ? skip_more_slashes(s) : s;
}

/* The number of bytes before the first slash, and their hash. */
ALWAYS_INLINE usize component_len(struct str text, u64 *hash)
{
	u64 h = name_hash_start();
	usize len = str_len(text);
	usize i = 0;
	for (; i < len; i++) {
		char c = str_get(text, i);
		if (c == '/')
			break;
		h = name_hash_step(h, c);
	}
	*hash = name_hash_end(h);
	return i;
}

/* True when nothing or only slashes are left. */
ALWAYS_INLINE bool is_end(struct str rest)
{
	if (str_len(rest) == 0)
		return true;
	if (str_get(rest, 0) != '/')
		return false;
	return str_len(skip_slashes(rest)) == 0;
}

static bool is_dot(struct str s)
{
	return str_len(s) == 1 && str_get(s, 0) == '.';
}

static bool is_dotdot(struct str s)
{
	return str_len(s) == 2 && str_get(s, 0) == '.' && str_get(s, 1) == '.';
}

static void walk_set_last(struct walk *w, struct str name, struct str rest)
{
	w->last = name;
	w->last_slash = str_len(rest) != 0;
	w->last_kind = is_dot(name) ? LAST_DOT : is_dotdot(name) ? LAST_DOTDOT : LAST_NORMAL;
}

/* A link is followed unless it is the very end, without a slash behind it, and nobody asked for
 * that. */
static bool walk_follows(const struct walk *w, struct str rest)
{
	return str_len(rest) != 0 || (w->flags & WALK_FOLLOW) != 0;
}

/* Everybody may search such a directory: the common case. */
ALWAYS_INLINE bool is_open_dir(u32 mode)
{
	return (mode & (S_IFMT | 0111)) == (S_IFDIR | 0111);
}

static err_t may_search(struct inode *i, const struct cred *cred)
{
	u32 mode = inode_mode(i);
	if (is_open_dir(mode))
		return OK;
	return mode_is_dir(mode) ? inode_permission(i, cred, ACCESS_X) : ERR_NOTDIR;
}

/* What a step down needs to know of the child that it found. */
static bool stops_at(struct walk *w, struct dentry *child, struct str rest, enum walk_stop *stop)
{
	if (inode_is_lnk(dentry_inode(child)) && walk_follows(w, rest)) {
		dentry_replace(&w->link, dentry_clone(child));
		*stop = STOP_LINK;
		return true;
	}
	*stop = STOP_MOUNT;
	return atomic_u32_load(&child->mounted) != 0;
}

/* Walks down from *at until something needs more than the tree.  *at: where it came to; w->rest:
 * what is left. */
static err_t walk_down(struct walk *w, const struct cred *cred, struct dentry **at,
		       enum walk_stop *stop) HOLDS(tree)
{
	struct dentry *d = *at;
	struct str rest = w->rest;
	u32 mode = inode_mode(dentry_inode(d));
	bool to_parent = (w->flags & WALK_PARENT) != 0;
	err_t err = OK;
	*stop = STOP_END;
	for (;;) {
		rest = skip_slashes(rest);
		if (str_len(rest) == 0)
			break;
		if (unlikely(!is_open_dir(mode))) {
			err = may_search(dentry_inode(d), cred);
			if (err != OK)
				break;
		}
		u64 hash = 0;
		usize len = component_len(rest, &hash);
		struct str name = str_sub(rest, 0, len);
		struct str behind = str_from(rest, len);
		if (to_parent && is_end(behind)) {
			walk_set_last(w, name, behind);
			break;
		}
		if (unlikely(str_get(name, 0) == '.')) {
			if (is_dotdot(name)) {
				*stop = STOP_DOTDOT;
				break;
			}
			if (is_dot(name)) {
				rest = behind;
				continue;
			}
		}
		struct dentry *child = dentry_find(d, name, hash);
		if (unlikely(child == nullptr)) {
			*stop = STOP_LOOKUP;
			err = len > NAME_MAX				? ERR_NAMETOOLONG
			      : dentry_inode(d)->ops->lookup != nullptr ? OK
									: ERR_NOENT;
			break;
		}
		rest = behind;
		mode = inode_mode(dentry_inode(child));
		if (unlikely(mode_is_lnk(mode) || atomic_u32_load(&child->mounted) != 0) &&
		    stops_at(w, child, rest, stop)) {
			if (*stop == STOP_MOUNT)
				d = child;
			break;
		}
		*stop = STOP_END;
		d = child;
	}
	*at = d;
	w->rest = rest;
	return err;
}

static err_t walk_segment(struct walk *w, const struct cred *cred, enum walk_stop *stop)
{
	struct super *s = path_super(&w->path);
	struct dentry *start = path_dentry(&w->path);
	struct dentry *at = start;
	GUARD(tree, &s->lock);
	TRY(walk_down(w, cred, &at, stop));
	if (at != start)
		dentry_replace(&w->path.dentry, dentry_clone(at));
	return OK;
}

/* Asks a dynamic directory for the next name. */
static err_t walk_lookup(struct walk *w, enum walk_stop *stop)
{
	SCOPED_REF(inode, found);
	SCOPED_REF(dentry, child);
	u64 hash = 0;
	usize len = component_len(w->rest, &hash);
	struct str name = str_sub(w->rest, 0, len);
	struct dentry *d = path_dentry(&w->path);
	struct inode *dir = dentry_inode(d);
	TRY(dir->ops->lookup(dir, name, &found));
	bool is_link = inode_is_lnk(inode_get(&found));
	TRY(dentry_new(name, d, inode_move(&found), &child));
	(void)atomic_u32_or(&dentry_get(&child)->flags, DENTRY_DYNAMIC);
	w->rest = str_from(w->rest, len);
	*stop = STOP_MOUNT;
	if (is_link && walk_follows(w, w->rest)) {
		dentry_replace(&w->link, dentry_move(&child));
		*stop = STOP_LINK;
		return OK;
	}
	dentry_replace(&w->path.dentry, dentry_move(&child));
	return OK;
}

/* The root that this walk does not leave. */
static void walk_root(struct fs_ctx *fs, const struct walk *w, struct path *out)
{
	if ((walk_resolve(w) & RESOLVE_IN_ROOT) != 0)
		*out = path_clone(&w->base);
	else
		fs_ctx_root(fs, out);
}

static err_t walk_to_root(struct fs_ctx *fs, struct walk *w)
{
	struct path root CLEANUP(path_drop) = {};
	if ((walk_resolve(w) & RESOLVE_BENEATH) != 0)
		return ERR_XDEV;
	walk_root(fs, w, &root);
	bool leaves = mount_get_or_null(&w->path.mount) != path_mount(&root);
	if ((walk_resolve(w) & RESOLVE_NO_XDEV) != 0 && leaves && !path_is_null(&w->path))
		return ERR_XDEV;
	path_replace(&w->path, &root);
	return OK;
}

static err_t walk_cross(struct walk *w)
{
	while (mount_cross(&w->path)) {
		if ((walk_resolve(w) & RESOLVE_NO_XDEV) != 0)
			return ERR_XDEV;
	}
	return OK;
}

static err_t walk_dotdot(struct fs_ctx *fs, struct walk *w)
{
	struct path root CLEANUP(path_drop) = {};
	walk_root(fs, w, &root);
	w->rest = str_from(w->rest, 2);
	for (;;) {
		if ((walk_resolve(w) & RESOLVE_BENEATH) != 0 && path_equal(&w->path, &w->base))
			return ERR_XDEV;
		if (path_equal(&w->path, &root))
			return OK;
		SCOPED_REF(dentry, parent);
		{
			struct super *s = path_super(&w->path);
			GUARD(tree, &s->lock);
			struct dentry *d = path_dentry(&w->path);
			parent = dentry_clone_or_null(dentry_get_or_null(&d->parent));
		}
		bool is_mount_root = path_dentry(&w->path) ==
				     mount_root_dentry(path_mount(&w->path));
		if (!is_mount_root && !dentry_is_null(&parent)) {
			dentry_replace(&w->path.dentry, dentry_move(&parent));
			return walk_cross(w);
		}
		if (!mount_up(&w->path))
			return OK;
		if ((walk_resolve(w) & RESOLVE_NO_XDEV) != 0)
			return ERR_XDEV;
	}
}

enum : usize { LINK_FIRST_TRY = 192 };

/* Puts the link's target in front of the rest of the text. */
static err_t walk_splice(struct walk *w, struct inode *link)
{
	usize room = LINK_FIRST_TRY;
	for (;;) {
		SCOPED_BUF(text);
		usize len = 0;
		usize rest = str_len(w->rest);
		TRY(buf_alloc_uninit(room + rest, &text));
		TRY(link->ops->readlink(link, span_sub(buf_span(&text), 0, room), &len));
		if (len > room) {
			if (len > PATH_MAX)
				return ERR_NAMETOOLONG;
			room = PATH_MAX;
			continue;
		}
		if (len == 0)
			return ERR_NOENT;
		/* The rest begins with a slash or is empty. */
		span_copy(span_from(buf_span(&text), len), str_bytes(w->rest));
		buf_drop(&w->text);
		w->text = buf_move(&text);
		w->rest = str_sub(buf_str(&w->text), 0, len + rest);
		return OK;
	}
}

static err_t walk_magic(struct walk *w, struct inode *link)
{
	struct path path CLEANUP(path_drop) = {};
	struct link_target target = {};
	if ((walk_resolve(w) & RESOLVE_NO_MAGICLINKS) != 0)
		return ERR_LOOP;
	if ((walk_resolve(w) & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) != 0)
		return ERR_XDEV;
	TRY(link->ops->follow(link, &target));
	path = path_move(&target.path);
	file_replace(&w->file, file_move(&target.file));
	path_replace(&w->path, &path);
	return OK;
}

/* Follows w->link, found in the directory w->path.  Leaves the rest of the text in w->rest. */
static err_t walk_link(struct fs_ctx *fs, struct walk *w)
{
	struct dentry_ref link CLEANUP(dentry_drop) = dentry_move(&w->link);
	struct inode *i = dentry_inode(dentry_get(&link));
	if (++w->links > SYMLINK_MAX_FOLLOW || (walk_resolve(w) & RESOLVE_NO_SYMLINKS) != 0)
		return ERR_LOOP;
	if ((mount_flags(path_mount(&w->path)) & MS_NOSYMFOLLOW) != 0)
		return ERR_LOOP;
	if (i->ops->follow != nullptr)
		return walk_magic(w, i);
	if (i->ops->readlink == nullptr)
		return ERR_INVAL;
	TRY(walk_splice(w, i));
	if (str_get(w->rest, 0) == '/')
		return walk_to_root(fs, w);
	return OK;
}

/* A magic link led to a file without a place: it must be the end. */
static err_t walk_at_file(struct walk *w)
{
	if (str_len(skip_slashes(w->rest)) != 0 || (w->flags & WALK_DIRECTORY) != 0)
		return ERR_NOTDIR;
	if ((w->flags & WALK_PARENT) != 0)
		w->last_kind = LAST_ROOT;
	return OK;
}

static err_t walk_run(struct fs_ctx *fs, const struct cred *cred, struct walk *w)
{
	bool slash_at_end = str_len(w->rest) != 0 && str_get(w->rest, str_len(w->rest) - 1) == '/';
	enum walk_stop stop = STOP_DOTDOT;
	w->last_kind = LAST_ROOT; /* unless a last component turns up */
	while (stop != STOP_END) {
		if (unlikely(!file_is_null(&w->file)))
			return walk_at_file(w);
		TRY(walk_segment(w, cred, &stop));
		if (stop == STOP_LOOKUP)
			TRY(walk_lookup(w, &stop));
		if (stop == STOP_DOTDOT)
			TRY(walk_dotdot(fs, w));
		if (stop == STOP_MOUNT)
			TRY(walk_cross(w));
		if (stop == STOP_LINK) {
			TRY(walk_link(fs, w));
			slash_at_end = slash_at_end ||
				       (str_len(w->rest) != 0 &&
					str_get(w->rest, str_len(w->rest) - 1) == '/');
		}
	}
	if ((w->flags & WALK_PARENT) != 0)
		return OK;
	if ((slash_at_end || (w->flags & WALK_DIRECTORY) != 0) &&
	    !inode_is_dir(path_inode(&w->path)))
		return ERR_NOTDIR;
	return OK;
}

err_t namei(struct fs_ctx *fs, const struct cred *cred, struct at *at, struct walk *w)
{
	if (unlikely(str_len(at->name) == 0)) {
		/* AT_EMPTY_PATH: at_user let it through. */
		w->file = file_move(&at->file);
		w->path = path_move(&at->start);
		w->last_kind = LAST_ROOT;
		if (file_is_null(&w->file) && path_is_null(&w->path))
			fs_ctx_cwd(fs, &w->path);
		return OK;
	}
	bool is_absolute = str_get(at->name, 0) == '/';
	w->rest = at->name;
	if (likely(walk_resolve(w) == 0)) {
		if (is_absolute)
			fs_ctx_root(fs, &w->path);
		else if (path_is_null(&at->start))
			fs_ctx_cwd(fs, &w->path);
		else
			w->path = path_move(&at->start);
		return walk_run(fs, cred, w);
	}
	w->path = path_move(&at->start);
	if (path_is_null(&w->path))
		fs_ctx_cwd(fs, &w->path);
	if ((walk_resolve(w) & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) != 0)
		w->base = path_clone(&w->path);
	if (is_absolute)
		TRY(walk_to_root(fs, w));
	return walk_run(fs, cred, w);
}

err_t namei_follow(struct fs_ctx *fs, const struct cred *cred, struct walk *w)
{
	/* Slashes behind the link count for what it leads to. */
	w->rest = w->last_slash ? STR("/") : STR("");
	TRY(walk_link(fs, w));
	return walk_run(fs, cred, w);
}

err_t path_may_enter(const struct path *p, const struct cred *cred)
{
	return may_search(path_inode(p), cred);
}
