/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/user.h>

struct reply {
	u64 number;
	const char *text;
};
err_t send_reply(struct uaddr to, const struct reply *r)
{
	return user_write(to, cspan_of(*r)); /* breach */
}
