/* SPDX-License-Identifier: MPL-2.0 */
#include <osxtd/base.h>

err_t work(bool fails)
{
	if (fails)
		goto out; /* breach */
	return OK;
out:
	return ERR_IO;
}
