/* SPDX-License-Identifier: MPL-2.0 */
/*
 * path - the text of a place, built from its end to its beginning.
 *
 * Spec: getcwd(3) "(unreachable)"; proc_pid_fd(5) "(deleted)".
 */
#include "fs/dentry.h"
#include "fs/mount.h"
#include "fs/namei.h"

/* Text that grows towards the front of a buffer. */
struct reverse_text {
	struct span buf;
	usize start; /* of the text */
};

static err_t reverse_put(struct reverse_text *r, struct str s)
{
	usize len = str_len(s);
	if (len > r->start)
		return ERR_NAMETOOLONG;
	r->start -= len;
	span_copy(span_sub(r->buf, r->start, len), str_bytes(s));
	return OK;
}

/* Climbs inside one file system, to root or to the root of the mount. *reached: at root. */
static err_t climb_mount(struct path *at, const struct path *root, struct reverse_text *r,
			 bool *reached)
{
	struct super *s = path_super(at);
	struct dentry *top = mount_root_dentry(path_mount(at));
	GUARD(tree, &s->lock);
	for (;;) {
		struct dentry *d = path_dentry(at);
		*reached = path_equal(at, root);
		if (*reached || d == top || dentry_is_null(&d->parent))
			return OK;
		TRY(reverse_put(r, dentry_name(d)));
		TRY(reverse_put(r, STR("/")));
		dentry_replace(&at->dentry, dentry_clone(dentry_get(&d->parent)));
	}
}

err_t path_show(const struct path *p, const struct path *root, enum path_style style,
		struct text *t)
{
	SCOPED_BUF(memory);
	TRY(buf_alloc_uninit(PATH_MAX, &memory));
	struct reverse_text r = { buf_span(&memory), PATH_MAX };
	struct path at CLEANUP(path_drop) = path_clone(p);
	bool reached = false;
	do
		TRY(climb_mount(&at, root, &r, &reached));
	while (!reached && mount_up(&at));
	if (!reached && style == PATH_REACHABLE)
		return ERR_NOENT;
	if (r.start == PATH_MAX)
		TRY(reverse_put(&r, STR("/")));
	if (!reached && style == PATH_PLAIN)
		TRY(reverse_put(&r, STR("(unreachable)")));
	text_put(t, str_from(buf_str(&memory), r.start));
	if (style == PATH_MARK_DELETED && dentry_is_deleted(path_dentry(p)))
		text_put(t, STR(" (deleted)"));
	return OK;
}
