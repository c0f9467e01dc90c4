/* SPDX-License-Identifier: MPL-2.0 */
/* capability - capget(2), capset(2). */
#include "process/internal.h"
#include "syscall/handlers_cred.h"

enum : u32 { VERSION_1 = 0x19980330, VERSION_2 = 0x20071026, VERSION_3 = 0x20080522 };

struct abi_cap_header {
	u32 version;
	i32 pid;
};
struct abi_cap_data {
	u32 effective, permitted, inheritable;
};

/* How many data words the version has; ERR_INVAL for an unknown one, with ours in its place. */
static err_t read_header(struct uaddr at, struct abi_cap_header *h, u32 *words)
{
	TRY(user_get(at, h));
	switch (h->version) {
	case VERSION_1:
		*words = 1;
		return OK;
	case VERSION_2:
	case VERSION_3:
		*words = 2;
		return OK;
	default:
		TRY(user_write_u32(at, VERSION_3));
		return ERR_INVAL;
	}
}

static u32 word_of(u64 set, u32 i)
{
	return (u32)(set >> (32 * i));
}

err_t sys_capget(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct abi_cap_header h = {};
	struct abi_cap_data data[2] = {};
	u32 words = 0;
	(void)ret;
	err_t err = read_header(arg_uaddr(a->a0), &h, &words);
	if (err == ERR_INVAL && a->a1 == 0)
		return OK; /* a question for the version */
	TRY(err);
	if (h.pid < 0)
		return ERR_INVAL;
	SCOPED_REF(thread, t);
	SCOPED_REF(cred, c);
	if (h.pid != 0 && h.pid != self->tid) {
		if (!thread_find(h.pid, &t))
			return ERR_SRCH;
		thread_get_cred(thread_get(&t), &c);
	} else {
		c = cred_clone(cred_get(&self->cred));
	}
	const struct cred *from = cred_get(&c);
	for (u32 i = 0; i < words; i++)
		array_at(data, i) = (struct abi_cap_data){ word_of(from->cap_effective, i),
							   word_of(from->cap_permitted, i),
							   word_of(from->cap_inheritable, i) };
	if (a->a1 == 0)
		return OK;
	return user_write(arg_uaddr(a->a1), cspan_sub((struct cspan)cspan_of(data), 0,
						      words * sizeof(struct abi_cap_data)));
}

err_t sys_capset(struct thread *self, const struct sysargs *a, i64 *ret)
{
	struct abi_cap_header h = {};
	struct abi_cap_data data[2] = {};
	u32 words = 0;
	(void)ret;
	TRY(read_header(arg_uaddr(a->a0), &h, &words));
	if (h.pid != 0 && h.pid != self->tid)
		return ERR_PERM;
	TRY(user_read(arg_uaddr(a->a1), span_sub((struct span)span_of(data), 0,
						 words * sizeof(struct abi_cap_data))));
	u64 known = ((u64)1 << (CAP_LAST + 1)) - 1;
	u64 effective = ((u64)data[1].effective << 32 | data[0].effective) & known;
	u64 permitted = ((u64)data[1].permitted << 32 | data[0].permitted) & known;
	u64 inheritable = ((u64)data[1].inheritable << 32 | data[0].inheritable) & known;
	const struct cred *old = thread_cred(self);
	bool has_setpcap = cred_has_cap(old, CAP_SETPCAP);
	if (!has_setpcap && (inheritable & ~(old->cap_inheritable | old->cap_permitted)) != 0)
		return ERR_PERM;
	if ((inheritable & ~(old->cap_inheritable | old->cap_bounding)) != 0)
		return ERR_PERM;
	if ((permitted & ~old->cap_permitted) != 0 || (effective & ~permitted) != 0)
		return ERR_PERM;
	SCOPED_REF(cred, c);
	TRY(cred_copy(old, &c));
	struct cred *to = cred_get(&c);
	to->cap_effective = effective;
	to->cap_permitted = permitted;
	to->cap_inheritable = inheritable;
	to->cap_ambient &= permitted & inheritable;
	thread_set_cred(self, cred_move(&c));
	return OK;
}
