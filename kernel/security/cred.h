/* SPDX-License-Identifier: MPL-2.0 */
/*
 * cred - who acts: user and group ids, supplementary groups, capabilities.
 *
 * Immutable once published: a change makes a new cred and replaces the thread's reference.
 *
 *   Lifetime:  counted.
 *   Context:   any for reading.
 *   Spec:      credentials(7), capabilities(7).
 */
#pragma once
#include <osxtd/object.h>

enum : u32 { CRED_GROUPS_MAX = 64 };

struct cred {
	struct object object;
	u32 uid, euid, suid, fsuid;
	u32 gid, egid, sgid, fsgid;
	u64 cap_permitted, cap_effective, cap_inheritable, cap_bounding, cap_ambient;
	u32 securebits;
	u32 group_count;
	u32 groups[CRED_GROUPS_MAX];
};
REF_TYPE(cred);

enum cap : u32 {
	CAP_CHOWN = 0,
	CAP_DAC_OVERRIDE = 1,
	CAP_DAC_READ_SEARCH = 2,
	CAP_FOWNER = 3,
	CAP_FSETID = 4,
	CAP_KILL = 5,
	CAP_SETGID = 6,
	CAP_SETUID = 7,
	CAP_SETPCAP = 8,
	CAP_IPC_LOCK = 14,
	CAP_SYS_CHROOT = 18,
	CAP_SYS_PTRACE = 19,
	CAP_SYS_ADMIN = 21,
	CAP_SYS_BOOT = 22,
	CAP_SYS_NICE = 23,
	CAP_SYS_RESOURCE = 24,
	CAP_SYS_TIME = 25,
	CAP_SYS_TTY_CONFIG = 26,
	CAP_MKNOD = 27,
	CAP_SYSLOG = 34,
	CAP_LAST = 40,
};
ALWAYS_INLINE bool cred_has_cap(const struct cred *c, enum cap cap)
{
	return (c->cap_effective >> cap & 1) != 0;
}
/* All rights, uid and gid 0. */
err_t cred_new_root(struct cred_ref *out);
/* A copy to be changed before it is published. */
err_t cred_copy(const struct cred *from, struct cred_ref *out);
bool cred_in_group(const struct cred *c, u32 gid);

enum : u32 {
	SECBIT_NOROOT = 1,
	SECBIT_NO_SETUID_FIXUP = 4,
	SECBIT_KEEP_CAPS = 16,
	SECBIT_NO_CAP_AMBIENT_RAISE = 64,
	SECBITS_ALL = 0xff,
	SECBITS_LOCKS = 0xaa,
};
/* While c is being changed from old: capabilities follow the user ids / the file system's user id
 * (capabilities(7)). */
void cred_fix_caps(struct cred *c, const struct cred *old);
void cred_fix_fs_caps(struct cred *c, u32 old_fsuid);
