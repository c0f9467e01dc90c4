/* SPDX-License-Identifier: MPL-2.0 */
/* mount_show - the texts of /proc/PID/mounts and /proc/PID/mountinfo.  Spec: proc_pid_mountinfo(5),
 * fstab(5). */
#include "fs/mount_tree.h"

/* Blanks and backslashes as octal, as getmntent(3) reads them back. */
static void put_escaped(struct text *t, struct str s)
{
	for (usize i = 0; i < str_len(s); i++) {
		char c = str_get(s, i);
		if (c == ' ' || c == '\t' || c == '\n' || c == '\\')
			FMT(t, "\\{03o}", (u32)(u8)c);
		else
			text_put_char(t, c);
	}
}

static void put_flags(struct text *t, u64 flags)
{
	text_put(t, (flags & MS_RDONLY) != 0 ? STR("ro") : STR("rw"));
	if ((flags & MS_NOSUID) != 0)
		text_put(t, STR(",nosuid"));
	if ((flags & MS_NODEV) != 0)
		text_put(t, STR(",nodev"));
	if ((flags & MS_NOEXEC) != 0)
		text_put(t, STR(",noexec"));
	if ((flags & MS_NOATIME) != 0)
		text_put(t, STR(",noatime"));
	if ((flags & MS_NODIRATIME) != 0)
		text_put(t, STR(",nodiratime"));
	if ((flags & MS_RELATIME) != 0)
		text_put(t, STR(",relatime"));
}

static void put_super_options(struct text *t, struct super *s)
{
	if (s->type->ops != nullptr && s->type->ops->show_options != nullptr)
		s->type->ops->show_options(s, t);
}

static err_t put_path(const struct path *p, const struct path *root, struct text *t)
{
	SCOPED_BUF(memory);
	TRY(buf_alloc_uninit(PATH_MAX, &memory));
	struct text plain = text_in(buf_span(&memory));
	TRY(path_show(p, root, PATH_REACHABLE, &plain));
	put_escaped(t, text_str(&plain));
	return OK;
}

static void show_table_line(struct mount *m, const struct path *at, const struct path *root,
			    struct text *t)
{
	struct text before = *t;
	struct super *s = mount_super(m);
	put_escaped(t, buf_str(&m->source));
	text_put_char(t, ' ');
	if (put_path(at, root, t) != OK) {
		*t = before;
		return;
	}
	FMT(t, " {} ", s->type->name);
	put_flags(t, mount_flags(m));
	put_super_options(t, s);
	text_put(t, STR(" 0 0\n"));
}

static void show_info_line(struct mount *m, const struct path *at, const struct path *root,
			   struct text *t)
{
	struct text before = *t;
	struct super *s = mount_super(m);
	struct path up CLEANUP(path_drop) = path_clone(at);
	/* The root of a bind mount, as a path inside its own file system. */
	struct path top CLEANUP(path_drop) = { mount_clone(m), dentry_clone(dentry_get(&s->root)) };
	u32 parent = mount_up(&up) ? path_mount(&up)->id : m->id;
	FMT(t, "{} {} {}:{} ", m->id, parent, dev_major(s->dev), dev_minor(s->dev));
	if (dentry_get(&m->root) == dentry_get(&s->root))
		text_put_char(t, '/');
	else if (path_show(at, &top, PATH_MARK_DELETED, t) != OK)
		text_put_char(t, '/');
	text_put_char(t, ' ');
	if (put_path(at, root, t) != OK) {
		*t = before;
		return;
	}
	text_put_char(t, ' ');
	put_flags(t, mount_flags(m));
	FMT(t, " - {} ", s->type->name);
	put_escaped(t, buf_str(&m->source));
	text_put(t, atomic_u32_load(&s->readonly) != 0 ? STR(" ro") : STR(" rw"));
	put_super_options(t, s);
	text_put_char(t, '\n');
}

void mounts_show(const struct path *root, enum mounts_style style, struct text *t)
{
	u32 id = 0;
	for (;;) {
		SCOPED_REF(mount, ref);
		if (!mount_after(id, &ref))
			return;
		struct mount *m = mount_get(&ref);
		struct path at CLEANUP(path_drop) = { mount_clone(m),
						      dentry_clone(dentry_get(&m->root)) };
		id = m->id;
		if (style == MOUNTS_TABLE)
			show_table_line(m, &at, root, t);
		else
			show_info_line(m, &at, root, t);
	}
}
