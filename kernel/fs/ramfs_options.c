/* SPDX-License-Identifier: MPL-2.0 */
/* ramfs_options - the texts of mount options.  Spec: tmpfs(5). */
#include "fs/ramfs_internal.h"

/* 512k, 3m, 1g, 50%: bytes. */
static bool parse_size(struct str s, u64 *bytes)
{
	struct frame_stats memory = {};
	u64 n = 0;
	u64 unit = 1;
	usize len = str_len(s);
	if (len == 0)
		return false;
	char last = str_get(s, len - 1);
	if (last == '%') {
		frame_stats(&memory);
		if (!str_to_u64(str_sub(s, 0, len - 1), 10, &n) || n > 10000)
			return false;
		*bytes = memory.total_pages * n / 100 * PAGE_SIZE;
		return true;
	}
	if (last == 'k' || last == 'K')
		unit = 1 << 10;
	else if (last == 'm' || last == 'M')
		unit = 1 << 20;
	else if (last == 'g' || last == 'G')
		unit = 1 << 30;
	if (unit != 1)
		len--;
	return str_to_u64(str_sub(s, 0, len), 0, &n) && ckd_mul(n, unit, bytes);
}

static err_t parse_one(struct str key, struct str value, struct ramfs_options *o)
{
	u64 n = 0;
	if (str_equal(key, STR("size")) || str_equal(key, STR("nr_blocks"))) {
		if (!parse_size(value, &n) || n > UINT64_MAX - PAGE_SIZE)
			return ERR_INVAL;
		o->pages_max = str_equal(key, STR("size")) ? (n + PAGE_SIZE - 1) / PAGE_SIZE : n;
		if (n == 0)
			o->pages_max = UINT64_MAX;
		return OK;
	}
	if (str_equal(key, STR("nr_inodes"))) {
		if (!parse_size(value, &n))
			return ERR_INVAL;
		o->inodes_max = n == 0 ? UINT64_MAX : n;
		return OK;
	}
	if (str_equal(key, STR("mode"))) {
		if (!str_to_u64(value, 8, &n))
			return ERR_INVAL;
		o->mode = (u32)n & S_PERM;
		return OK;
	}
	if (str_equal(key, STR("uid")) || str_equal(key, STR("gid"))) {
		if (!str_to_u64(value, 10, &n) || n >= UINT32_MAX)
			return ERR_INVAL;
		if (str_equal(key, STR("uid")))
			o->uid = (u32)n;
		else
			o->gid = (u32)n;
		return OK;
	}
	/* inode64 and huge= change nothing that can be seen here. */
	if (str_equal(key, STR("huge")) || str_equal(key, STR("inode64")) ||
	    str_equal(key, STR("inode32")) || str_equal(key, STR("noswap")))
		return OK;
	return ERR_INVAL;
}

err_t ramfs_parse_options(struct str text, struct ramfs_options *o)
{
	while (str_len(text) != 0) {
		usize end = str_find(text, ',', 0);
		struct str item = str_sub(text, 0, end);
		usize eq = str_find(item, '=', 0);
		struct str value = eq < str_len(item) ? str_from(item, eq + 1) : STR("");
		if (str_len(item) != 0)
			TRY(parse_one(str_sub(item, 0, eq), value, o));
		text = end < str_len(text) ? str_from(text, end + 1) : STR("");
	}
	return OK;
}

err_t ramfs_remount(struct super *s, struct str options)
{
	struct ramfs_space *space = ramfs_space_get(&ramfs_super_of(s)->space);
	struct ramfs_options o = { .pages_max = atomic_u64_load(&space->pages_max),
				   .inodes_max = atomic_u64_load(&space->inodes_max) };
	TRY(ramfs_parse_options(options, &o));
	if (o.pages_max < atomic_u64_load(&space->pages_used) ||
	    o.inodes_max < atomic_u64_load(&space->inodes_used))
		return ERR_INVAL;
	atomic_u64_store(&space->pages_max, o.pages_max);
	atomic_u64_store(&space->inodes_max, o.inodes_max);
	return OK;
}

void ramfs_show_options(struct super *s, struct text *t)
{
	const struct ramfs_space *space = ramfs_space_get(&ramfs_super_of(s)->space);
	u64 pages = atomic_u64_load(&space->pages_max);
	u64 inodes = atomic_u64_load(&space->inodes_max);
	if (pages != UINT64_MAX)
		FMT(t, ",size={}k", pages * (PAGE_SIZE / 1024));
	if (inodes != UINT64_MAX)
		FMT(t, ",nr_inodes={}", inodes);
}
