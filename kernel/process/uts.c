/* SPDX-License-Identifier: MPL-2.0 */
/* uts - host and domain name of uname(2). */
#include <osxtd/lock.h>

#include "process/process.h"

enum : usize { UTS_NAME_MAX = 64 };
LOCK_CLASS(uts, spin);

struct uts_name {
	usize len;
	u8 bytes[UTS_NAME_MAX];
};
struct uts {
	struct uts_lock lock;
	struct uts_name host GUARDED(uts), domain GUARDED(uts);
};
static struct uts shared uts = {
	.host = { 6, "(none)" },
	.domain = { 6, "(none)" },
};

static usize copy_out(const struct uts_name *n, struct span out)
{
	usize len = min_of(n->len, span_len(out));
	span_copy(out, cspan_sub(cspan_of(n->bytes), 0, len));
	return len;
}

static struct uts_name name_of(struct str s)
{
	struct uts_name n = { .len = str_len(s) };
	span_copy(span_of(n.bytes), str_bytes(s));
	return n;
}

usize uts_hostname(struct span out)
{
	GUARD(uts, &uts.lock);
	return copy_out(&uts.host, out);
}

usize uts_domainname(struct span out)
{
	GUARD(uts, &uts.lock);
	return copy_out(&uts.domain, out);
}

err_t uts_set_hostname(struct str name)
{
	if (str_len(name) > UTS_NAME_MAX)
		return ERR_INVAL;
	GUARD(uts, &uts.lock);
	uts.host = name_of(name);
	return OK;
}

err_t uts_set_domainname(struct str name)
{
	if (str_len(name) > UTS_NAME_MAX)
		return ERR_INVAL;
	GUARD(uts, &uts.lock);
	uts.domain = name_of(name);
	return OK;
}
