/* SPDX-License-Identifier: MPL-2.0 */
/* poll - struct pollfd of poll(2). */
#pragma once
#include <osxtd/span.h>

struct abi_pollfd {
	i32 fd;
	u16 events;
	u16 revents;
};
static_assert(sizeof(struct abi_pollfd) == 8);
SPAN_TYPE(pollfds, struct abi_pollfd);
