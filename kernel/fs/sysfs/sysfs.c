/* SPDX-License-Identifier: MPL-2.0 */
/* sysfs - the type and its instance; see sysfs.h. */
#include "fs/sysfs/sysfs.h"

#include "fs/sysfs/tree.h"

static struct super_ref shared instance IMMUTABLE OWNER(boot); /* written once at boot */

/* There are no options. */
static err_t sysfs_mount(const struct fs_type *type, struct str source, struct str options,
			 struct super_ref *out)
{
	(void)type, (void)source;
	if (str_len(options) != 0)
		return ERR_INVAL;
	*out = super_clone(super_get(&instance));
	return OK;
}

static const struct fs_type sysfs_type = {
	.name = STR("sysfs"), .flags = FS_NODEV, .magic = 0x62656572, .mount = sysfs_mount
};

err_t sysfs_init(void)
{
	SCOPED_REF(super, s);
	TRY(sys_tree_new(&sysfs_type, &s));
	instance = super_move(&s);
	return fs_type_register(&sysfs_type);
}
