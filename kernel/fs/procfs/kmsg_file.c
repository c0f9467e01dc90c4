/* SPDX-License-Identifier: MPL-2.0 */
/* kmsg_file - /proc/kmsg: the log as syslog(2) shows it, "<6>[    1.234567] text".  Spec:
 * proc_kmsg(5). */
#include <osxtd/log.h>
#include <osxtd/waitq.h>

#include "device/log_view.h"
#include "fs/procfs/show.h"

enum : usize { RECORD_MAX = 1024, LINE_BYTES = RECORD_MAX + 64 };

struct proc_kmsg {
	struct file file;
	struct atomic_u64 next ATOMIC_ONLY; /* the record to read */
};
SUBTYPE(proc_kmsg, file);
static void proc_kmsg_fini(struct proc_kmsg *f)
{
	(void)f;
}
OBJECT_SUBTYPE(proc_kmsg, file, proc_kmsg_fini);

static err_t put_record(u64 next, struct span raw, struct span line, struct uio *to, u64 *sequence,
			usize *n)
{
	struct log_record r = {};
	struct text t = text_in(line);
	if (!log_read(next, raw, &r))
		return ERR_AGAIN;
	log_show_line(&t, &r);
	struct str s = text_str(&t);
	if (str_len(s) > uio_left(to))
		return ERR_INVAL;
	*sequence = r.sequence;
	return uio_put(to, str_bytes(s), n);
}

/* As many whole records as fit. */
static err_t kmsg_read(struct file *f, struct uio *to, u64 *pos, usize *n)
{
	(void)pos;
	struct proc_kmsg *k = proc_kmsg_of(f);
	SCOPED_BUF(raw);
	SCOPED_BUF(line);
	TRY(buf_alloc_uninit(RECORD_MAX, &raw));
	TRY(buf_alloc_uninit(LINE_BYTES, &line));
	u64 next = atomic_u64_load(&k->next);
	TRY(log_wait_for(next, !file_is_nonblocking(f)));
	while (next < log_next_sequence()) {
		u64 sequence = 0;
		usize moved = 0;
		err_t err = put_record(next, buf_span(&raw), buf_span(&line), to, &sequence,
				       &moved);
		*n += moved;
		if (err != OK)
			return *n != 0 ? OK : err;
		next = sequence + 1;
		atomic_u64_store(&k->next, next);
	}
	return OK;
}

static u32 kmsg_poll(struct file *f, struct poll_table *pt)
{
	poll_join(pt, log_waitq());
	return atomic_u64_load(&proc_kmsg_of(f)->next) < log_next_sequence() ? POLLIN | POLLRDNORM
									     : 0;
}

static const struct file_ops kmsg_ops = { .name = "kmsg", .read = kmsg_read, .poll = kmsg_poll };

static err_t kmsg_open(struct inode *i, u32 flags, struct file_ref *out)
{
	(void)i;
	struct thread *self = proc_caller();
	if (self != nullptr && !cred_has_cap(thread_cred(self), CAP_SYSLOG))
		return ERR_PERM;
	TRY(proc_kmsg_alloc(out));
	file_init(file_get(out), &kmsg_ops, file_mode_of_flags(flags), flags);
	atomic_u64_store(&proc_kmsg_of(file_get(out))->next, log_first_sequence());
	return OK;
}

const struct inode_ops proc_kmsg_ops = { .open = kmsg_open };
