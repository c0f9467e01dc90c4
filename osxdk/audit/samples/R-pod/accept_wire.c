/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/endian.h>
#include <osxtd/user.h>

struct reply {
	struct le32 size;
	u64 numbers[4];
};
err_t send_reply(struct uaddr to, const struct reply *r)
{
	return user_write(to, cspan_of(*r));
}
