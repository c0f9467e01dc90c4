/* SPDX-License-Identifier: MPL-2.0 */
/* at - paths as calls give them. */
#include "fs/fdtable.h"
#include "fs/namei.h"

/* Most paths fit the inline text; a longer one is read again into memory of its own. */
static err_t at_read_name(struct uaddr name, struct at *out)
{
	usize len = 0;
	err_t e = user_read_str(name, span_of(out->inline_text), &len);
	if (likely(e == OK)) {
		out->name = str_of(cspan_sub(cspan_of(out->inline_text), 0, len));
		return OK;
	}
	if (e != ERR_NAMETOOLONG)
		return e;
	TRY(buf_alloc_uninit(PATH_MAX, &out->long_text));
	TRY(user_read_str(name, buf_span(&out->long_text), &len));
	out->name = str_sub(buf_str(&out->long_text), 0, len);
	return OK;
}

static err_t at_start(struct fdtable *files, i32 dirfd, bool is_empty, struct at *out)
{
	SCOPED_REF(file, f);
	TRY(fd_get_any(files, dirfd, &f));
	if (!file_has_path(file_get(&f))) {
		if (!is_empty)
			return ERR_NOTDIR;
		out->file = file_move(&f);
		return OK;
	}
	if (!is_empty && !inode_is_dir(file_inode(file_get(&f))))
		return ERR_NOTDIR;
	out->start = path_clone(&file_get(&f)->path);
	return OK;
}

err_t at_user(struct fdtable *files, i32 dirfd, struct uaddr name, u32 at_flags, struct at *out)
{
	TRY(at_read_name(name, out));
	bool is_empty = str_len(out->name) == 0;
	if (is_empty && (at_flags & AT_EMPTY_PATH) == 0)
		return ERR_NOENT;
	if (dirfd == AT_FDCWD || (!is_empty && str_get(out->name, 0) == '/'))
		return OK;
	return at_start(files, dirfd, is_empty, out);
}
