/* SPDX-License-Identifier: MPL-2.0 */
/*
 * namei - from a path's text to a place in the tree.
 *
 *   struct at at CLEANUP(at_fini) = {};
 *   TRY(at_user(files, dirfd, uaddr, flags, &at));       // or at.name = STR("/sbin/init") for the
 * kernel's own struct walk w CLEANUP(walk_fini) = { .flags = WALK_FOLLOW }; TRY(namei(fs, cred,
 * &at, &w));                       // w.path is the place
 *
 *   Context:   task context, no lock held.
 *   Errors:    ERR_NOENT, ERR_NOTDIR, ERR_ACCES, ERR_LOOP (over 40 links), ERR_NAMETOOLONG (255,
 * 4096), ERR_NOMEM. Spec:      path_resolution(7), openat2(2).
 */
#pragma once
#include <osxtd/buf.h>

#include "fs/fs_ctx.h"
#include "fs/vfs.h"

struct fdtable;

enum : usize { AT_INLINE = 72 };
/* A path as a call gives it: where it starts, and its text. */
struct ON_STACK at {
	struct path start;    /* of a relative path; empty: the working directory */
	struct file_ref file; /* AT_EMPTY_PATH on a descriptor of a file that has no path */
	struct str name;      /* in inline_text, in long_text or the caller's */
	struct buf long_text;
	u8 inline_text[AT_INLINE];
};
ALWAYS_INLINE void at_fini(struct at *at)
{
	path_drop(&at->start);
	file_drop(&at->file);
	if (unlikely(buf_len(&at->long_text) != 0))
		buf_drop(&at->long_text);
}
/*
 * Reads the text at name, and the start from dirfd unless the path is absolute.  Knows of at_flags
 * AT_EMPTY_PATH only: with it and an empty text, the descriptor itself is meant.  ERR_FAULT,
 * ERR_NAMETOOLONG, ERR_NOENT, ERR_BADF, ERR_NOTDIR.
 */
err_t at_user(struct fdtable *files, i32 dirfd, struct uaddr name, u32 at_flags, struct at *out);

enum : u32 {
	WALK_FOLLOW = 1,    /* follow a symbolic link at the end */
	WALK_DIRECTORY = 2, /* the result must be a directory */
	WALK_PARENT = 4, /* stop before the last component: path is its directory, last its name */
	WALK_RESOLVE_SHIFT = 8, /* RESOLVE_* of openat2(2), shifted */
};
enum walk_last : u32 { LAST_NORMAL, LAST_DOT, LAST_DOTDOT, LAST_ROOT };

struct ON_STACK walk {
	u32 flags;		/* in */
	u32 links;		/* symbolic links followed so far */
	struct path path;	/* out */
	struct file_ref file;	/* out, path empty: a magic link to a file without a place */
	struct path base;	/* RESOLVE_BENEATH, RESOLVE_IN_ROOT: not above this */
	struct dentry_ref link; /* inside: the link that is to be followed */
	struct str rest;	/* inside: what is left of the text */
	struct str last;	/* out, WALK_PARENT */
	enum walk_last last_kind;
	bool last_slash; /* slashes follow the last component */
	struct buf text; /* what rest and last stand in after a link was followed */
};
ALWAYS_INLINE void walk_fini(struct walk *w)
{
	path_drop(&w->path);
	path_drop(&w->base);
	file_drop(&w->file);
	dentry_drop(&w->link);
	if (unlikely(buf_len(&w->text) != 0))
		buf_drop(&w->text);
}

/* Consumes at->start; at must live as long as w->last is used. */
err_t namei(struct fs_ctx *fs, const struct cred *cred, struct at *at, struct walk *w);
/* After WALK_PARENT: goes on through the symbolic link w->link, found under w->last; again to the
 * parent. */
err_t namei_follow(struct fs_ctx *fs, const struct cred *cred, struct walk *w);
/* Asks whether p, a directory, may become a working or root directory. */
err_t path_may_enter(const struct path *p, const struct cred *cred);
/*
 * The text of p seen from root, written to t: getcwd(2), /proc/PID/fd.  "(unreachable)" in front
 * when p is not below root, " (deleted)" behind when it is unlinked and mark_deleted.  ERR_NOMEM;
 * ERR_NAMETOOLONG over PATH_MAX.
 */
enum path_style : u8 {
	PATH_MARK_DELETED,
	PATH_PLAIN,
	PATH_REACHABLE, /* ERR_NOENT instead of "(unreachable)" */
};
err_t path_show(const struct path *p, const struct path *root, enum path_style style,
		struct text *t);
