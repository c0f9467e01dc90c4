/* SPDX-License-Identifier: MPL-2.0 */
/* kmsg - /dev/kmsg; see kmsg.h. */
#include "device/kmsg.h"

#include <osxtd/buf.h>
#include <osxtd/log.h>
#include <osxtd/waitq.h>

#include "abi/fcntl.h"
#include "device/log_view.h"

enum : usize { RECORD_MAX = 1024, LINE_MAX = 992, ESCAPED_MAX = 4 * RECORD_MAX + 64 };
enum : u64 { NS_PER_US = 1000 };
enum : u8 { FACILITY_USER = 1 };
enum : u32 { PRIORITY_BITS = 0x3ff };

struct log_priority {
	enum log_level level;
	u8 facility;
};

struct kmsg_file {
	struct file file;
	struct atomic_u64 next ATOMIC_ONLY; /* the sequence number to read */
};
SUBTYPE(kmsg_file, file);
static void kmsg_file_fini(struct kmsg_file *f)
{
	(void)f;
}
OBJECT_SUBTYPE(kmsg_file, file, kmsg_file_fini);

static void show_record(const struct log_record *r, struct text *t)
{
	FMT(t, "{},{},{},-;", (u32)r->facility << 3 | r->level, r->sequence,
	    r->time_ns / NS_PER_US);
	for (usize i = 0; i < str_len(r->text); i++) {
		u8 c = (u8)str_get(r->text, i);
		if (c < ' ' || c >= 127 || c == '\\')
			FMT(t, "\\x{02x}", c);
		else
			text_put_char(t, (char)c);
	}
	text_put_char(t, '\n');
}

static err_t kmsg_read(struct file *f, struct uio *to, u64 *pos, usize *n)
{
	(void)pos;
	struct kmsg_file *k = kmsg_file_of(f);
	SCOPED_BUF(raw);
	SCOPED_BUF(out);
	TRY(buf_alloc_uninit(RECORD_MAX, &raw));
	TRY(buf_alloc_uninit(ESCAPED_MAX, &out));
	u64 next = atomic_u64_load(&k->next);
	TRY(log_wait_for(next, !file_is_nonblocking(f)));
	struct log_record r = {};
	if (!log_read(next, buf_span(&raw), &r))
		return ERR_AGAIN;
	if (r.sequence != next) { /* records were lost: the reader goes on with the oldest */
		atomic_u64_store(&k->next, r.sequence);
		return ERR_PIPE;
	}
	struct text t = text_in(buf_span(&out));
	show_record(&r, &t);
	struct str line = text_str(&t);
	if (str_len(line) > uio_left(to))
		return ERR_INVAL;
	atomic_u64_store(&k->next, next + 1);
	return uio_put(to, str_bytes(line), n);
}

/* "<N>" in front, N as strtoul(3) reads it: level N & 7, facility the seven bits above.  Without it
 * a warning; nobody but the kernel itself is facility 0. */
static struct log_priority take_priority(struct str *s)
{
	struct log_priority p = { LOG_WARNING, FACILITY_USER };
	usize end = 1;
	u32 number = 0;
	if (str_len(*s) == 0 || str_get(*s, 0) != '<')
		return p;
	for (; end < str_len(*s) && str_get(*s, end) >= '0' && str_get(*s, end) <= '9'; end++)
		number = (number * 10 + (u32)(str_get(*s, end) - '0')) & PRIORITY_BITS;
	if (end == str_len(*s) || str_get(*s, end) != '>')
		return p;
	*s = str_from(*s, end + 1);
	p.level = (enum log_level)(number & 7);
	if (number >> 3 != 0)
		p.facility = (u8)(number >> 3);
	return p;
}

static err_t kmsg_write(struct file *f, struct uio *from, u64 *pos, usize *n)
{
	(void)f, (void)pos;
	u64 len = uio_left(from);
	usize got = 0;
	if (len > LINE_MAX)
		return ERR_INVAL;
	SCOPED_BUF(line);
	TRY(buf_alloc((usize)len, &line));
	TRY(uio_get(from, buf_span(&line), &got));
	struct str s = buf_str(&line);
	if (str_len(s) != 0 && str_get(s, str_len(s) - 1) == '\n')
		s = str_sub(s, 0, str_len(s) - 1);
	struct log_priority p = take_priority(&s);
	log_text_of(p.level, p.facility, s);
	*n = got;
	return OK;
}

static err_t kmsg_seek(struct file *f, i64 off, u32 whence, u64 *pos)
{
	struct kmsg_file *k = kmsg_file_of(f);
	if (off != 0)
		return ERR_SPIPE;
	switch (whence) {
	case SEEK_SET:
		atomic_u64_store(&k->next, log_first_sequence());
		break;
	case SEEK_DATA: /* behind the last "dmesg -C" */
		atomic_u64_store(&k->next, max_of(log_clear_mark(), log_first_sequence()));
		break;
	case SEEK_END:
		atomic_u64_store(&k->next, log_next_sequence());
		break;
	default:
		return ERR_INVAL;
	}
	*pos = 0;
	return OK;
}

static u32 kmsg_poll(struct file *f, struct poll_table *pt)
{
	poll_join(pt, log_waitq());
	u64 next = atomic_u64_load(&kmsg_file_of(f)->next);
	if (next >= log_next_sequence())
		return 0;
	return POLLIN | POLLRDNORM | (next < log_first_sequence() ? POLLERR | POLLPRI : 0);
}

static const struct file_ops kmsg_ops = {
	.name = "kmsg", .read = kmsg_read, .write = kmsg_write, .seek = kmsg_seek, .poll = kmsg_poll
};

err_t kmsg_may_open(u32 flags, const struct cred *cred)
{
	return (flags & O_ACCMODE) == O_WRONLY || log_may_read(cred) ? OK : ERR_PERM;
}

err_t kmsg_open(u32 flags, struct file_ref *out)
{
	TRY(kmsg_file_alloc(out));
	file_init(file_get(out), &kmsg_ops, file_mode_of_flags(flags) | FILE_SEEK, flags);
	atomic_u64_store(&kmsg_file_of(file_get(out))->next, log_first_sequence());
	return OK;
}
