/* SPDX-License-Identifier: MPL-2.0 */
/* kmsg_file - /proc/kmsg: the log as syslog(2) shows it, "<6>[    1.234567] text".  Spec:
 * proc_kmsg(5). */
#include <osxtd/log.h>

#include "device/log_view.h"
#include "fs/procfs/show.h"

struct proc_kmsg {
	struct file file;
};
SUBTYPE(proc_kmsg, file);
static void proc_kmsg_fini(struct proc_kmsg *f)
{
	(void)f;
}
OBJECT_SUBTYPE(proc_kmsg, file, proc_kmsg_fini);

static err_t kmsg_read(struct file *f, struct uio *to, u64 *pos, usize *n)
{
	(void)pos;
	return log_reader_take(to, !file_is_nonblocking(f), n);
}

static u32 kmsg_poll(struct file *f, struct poll_table *pt)
{
	(void)f;
	poll_join(pt, log_waitq());
	return log_reader_has_more() ? POLLIN | POLLRDNORM : 0;
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
	return OK;
}

const struct inode_ops proc_kmsg_ops = { .open = kmsg_open };
