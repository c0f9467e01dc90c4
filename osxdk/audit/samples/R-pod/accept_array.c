/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/user.h>

err_t send_pair(struct uaddr to)
{
	i32 pair[2] = { 3, 4 };
	return user_write(to, cspan_of(pair));
}
