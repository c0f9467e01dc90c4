/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/ktest.h>

#include "security/cred.h"

KTEST(cred, root_has_all_and_copies_are_whole)
{
	SCOPED_REF(cred, root);
	SCOPED_REF(cred, copy);
	REQUIRE_OK(cred_new_root(&root));
	EXPECT(cred_has_cap(cred_get(&root), CAP_SYS_ADMIN));
	cred_get(&root)->group_count = 2;
	cred_get(&root)->groups[1] = 7;
	REQUIRE_OK(cred_copy(cred_get(&root), &copy));
	EXPECT(cred_in_group(cred_get(&copy), 7));
	EXPECT(cred_in_group(cred_get(&copy), 0));
	EXPECT(!cred_in_group(cred_get(&copy), 8));
}

KTEST(cred, leaving_root_drops_capabilities)
{
	SCOPED_REF(cred, root);
	SCOPED_REF(cred, fresh);
	REQUIRE_OK(cred_new_root(&root));
	REQUIRE_OK(cred_copy(cred_get(&root), &fresh));
	struct cred *c = cred_get(&fresh);
	c->euid = 1000;
	cred_fix_caps(c, cred_get(&root));
	EXPECT_EQ(c->cap_effective, 0);
	EXPECT(c->cap_permitted != 0);
	c->uid = c->suid = 1000;
	cred_fix_caps(c, cred_get(&root));
	EXPECT_EQ(c->cap_permitted, 0);
}

KTEST(cred, keep_caps_keeps_the_permitted)
{
	SCOPED_REF(cred, root);
	SCOPED_REF(cred, fresh);
	REQUIRE_OK(cred_new_root(&root));
	cred_get(&root)->securebits = SECBIT_KEEP_CAPS;
	REQUIRE_OK(cred_copy(cred_get(&root), &fresh));
	struct cred *c = cred_get(&fresh);
	c->uid = c->euid = c->suid = 1000;
	cred_fix_caps(c, cred_get(&root));
	EXPECT(c->cap_permitted != 0);
	EXPECT_EQ(c->cap_effective, 0);
}
