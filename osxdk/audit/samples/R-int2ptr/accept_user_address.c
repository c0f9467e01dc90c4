/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/user.h>

bool is_readable(u64 at)
{
	return user_range_ok(uaddr_of(at), 1);
}
