/* SPDX-License-Identifier: MPL-2.0 */
/* power - reboot(2) and syslog(2).  Spec: reboot(2), syslog(2). */
#include <osxtd/power.h>

#include <osxtd/log.h>
#include <osxtd/waitq.h>

#include "device/log_view.h"
#include "process/internal.h"
#include "syscall/handlers_misc.h"

enum : u32 {
	REBOOT_MAGIC1 = 0xfee1dead,
	REBOOT_MAGIC2 = 672274793,
	REBOOT_MAGIC2A = 85072278,
	REBOOT_MAGIC2B = 369367448,
	REBOOT_MAGIC2C = 537993216,
	REBOOT_RESTART = 0x01234567,
	REBOOT_HALT = 0xcdef0123,
	REBOOT_CAD_ON = 0x89abcdef,
	REBOOT_CAD_OFF = 0,
	REBOOT_POWER_OFF = 0x4321fedc,
	REBOOT_RESTART2 = 0xa1b2c3d4,
};

err_t sys_reboot(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 magic2 = (u32)a->a1;
	(void)ret;
	if (!cred_has_cap(thread_cred(self), CAP_SYS_BOOT))
		return ERR_PERM;
	if ((u32)a->a0 != REBOOT_MAGIC1 || (magic2 != REBOOT_MAGIC2 && magic2 != REBOOT_MAGIC2A &&
					    magic2 != REBOOT_MAGIC2B && magic2 != REBOOT_MAGIC2C))
		return ERR_INVAL;
	switch ((u32)a->a2) {
	case REBOOT_CAD_ON:
	case REBOOT_CAD_OFF:
		return OK; /* there is no keyboard whose Ctrl-Alt-Del could matter */
	case REBOOT_POWER_OFF:
		LOG(NOTICE, "reboot: Power down");
		power_off(POWER_GOOD);
	case REBOOT_HALT:
		LOG(NOTICE, "reboot: System halted");
		power_halt();
	case REBOOT_RESTART:
	case REBOOT_RESTART2:
		LOG(NOTICE, "reboot: Restarting system");
		power_reset();
	default:
		return ERR_INVAL;
	}
}

/* ---- syslog(2) ---- */

enum : u32 {
	SYSLOG_CLOSE = 0,
	SYSLOG_OPEN = 1,
	SYSLOG_READ = 2,
	SYSLOG_READ_ALL = 3,
	SYSLOG_READ_CLEAR = 4,
	SYSLOG_CLEAR = 5,
	SYSLOG_CONSOLE_OFF = 6,
	SYSLOG_CONSOLE_ON = 7,
	SYSLOG_CONSOLE_LEVEL = 8,
	SYSLOG_SIZE_UNREAD = 9,
	SYSLOG_SIZE_BUFFER = 10,
};
enum : usize { LINE_MAX = 1100, RING_BYTES = 131072 };

/* Where SYSLOG_READ goes on, and the first record that READ_ALL shows; console level before
 * CONSOLE_OFF. */
static struct atomic_u64 shared read_from = ATOMIC_INIT(1);
static struct atomic_u64 shared clear_mark = ATOMIC_INIT(1);
/* Bytes of that record's line that were read already. */
static struct atomic_u64 shared read_offset;
static struct atomic_u32 shared level_before;

/* One record as "<prio>[time] text\n" in a scratch buffer. */
static bool record_line(u64 from, struct buf *scratch, struct log_record *record, struct str *line)
{
	struct span all = buf_span(scratch);
	if (!log_read(from, span_sub(all, 0, LINE_MAX), record))
		return false;
	struct text t = text_in(span_from(all, LINE_MAX));
	log_show_line(&t, record);
	*line = text_str(&t);
	return true;
}

static u64 bytes_from(struct buf *scratch, u64 from, u64 *last)
{
	struct log_record record = {};
	struct str line = {};
	u64 bytes = 0;
	while (record_line(from, scratch, &record, &line)) {
		bytes += str_len(line);
		from = record.sequence + 1;
		*last = from;
	}
	return bytes;
}

/* The newest records that fit into the user's buffer, from the clear mark on. */
static err_t read_all(struct uaddr to, u64 size, i64 *ret)
{
	SCOPED_BUF(scratch);
	TRY(buf_alloc(2 * LINE_MAX, &scratch));
	struct log_record record = {};
	struct str line = {};
	u64 from = atomic_u64_load(&clear_mark), last = from;
	u64 total = bytes_from(&scratch, from, &last);
	for (u64 next = from; total > size && record_line(next, &scratch, &record, &line);
	     next = from) {
		total -= str_len(line);
		from = record.sequence + 1;
	}
	u64 done = 0;
	while (done < size && record_line(from, &scratch, &record, &line) &&
	       done + str_len(line) <= size) {
		TRY(user_write(uaddr_add(to, done), str_bytes(line)));
		done += str_len(line);
		from = record.sequence + 1;
	}
	*ret = (i64)done;
	return OK;
}

/* Waits for a record; a buffer shorter than its line gets the rest by the next calls. */
static err_t read_wait(struct uaddr to, u64 size, i64 *ret)
{
	SCOPED_BUF(scratch);
	TRY(buf_alloc(2 * LINE_MAX, &scratch));
	struct log_record record = {};
	struct str line = {};
	do
		TRY(log_wait_for(atomic_u64_load(&read_from), true));
	while (!record_line(atomic_u64_load(&read_from), &scratch, &record, &line));
	u64 start = min_of(atomic_u64_load(&read_offset), (u64)str_len(line));
	u64 n = min_of((u64)str_len(line) - start, size);
	TRY(user_write(to, cspan_sub(str_bytes(line), (usize)start, (usize)n)));
	bool is_whole = start + n == str_len(line);
	atomic_u64_store(&read_offset, is_whole ? 0 : start + n);
	if (is_whole)
		atomic_u64_store(&read_from, record.sequence + 1);
	*ret = (i64)n;
	return OK;
}

static err_t set_console(u32 type, u64 len)
{
	if (type == SYSLOG_CONSOLE_LEVEL) {
		if (len < 1 || len > 8)
			return ERR_INVAL;
		log_set_console_level((u32)len);
	} else if (type == SYSLOG_CONSOLE_OFF) {
		atomic_u32_store(&level_before, log_console_level());
		log_set_console_level(1);
	} else if (atomic_u32_load(&level_before) != 0) {
		log_set_console_level(atomic_u32_swap(&level_before, 0));
	}
	return OK;
}

static err_t unread(i64 *ret)
{
	SCOPED_BUF(scratch);
	TRY(buf_alloc(2 * LINE_MAX, &scratch));
	u64 last = 0;
	*ret = (i64)bytes_from(&scratch, atomic_u64_load(&read_from), &last);
	return OK;
}

err_t sys_syslog(struct thread *self, const struct sysargs *a, i64 *ret)
{
	u32 type = (u32)a->a0;
	i32 len = arg_int(a->a2);
	const struct cred *c = thread_cred(self);
	bool is_open_to_all = (type == SYSLOG_READ_ALL || type == SYSLOG_SIZE_BUFFER) &&
			      !log_is_restricted();
	if (!is_open_to_all && !cred_has_cap(c, CAP_SYSLOG) && !cred_has_cap(c, CAP_SYS_ADMIN))
		return ERR_PERM;
	switch (type) {
	case SYSLOG_CLOSE:
	case SYSLOG_OPEN:
		return OK;
	case SYSLOG_READ:
	case SYSLOG_READ_ALL:
	case SYSLOG_READ_CLEAR: {
		if (a->a1 == 0 || len < 0)
			return ERR_INVAL;
		if (len == 0)
			return OK;
		u64 next = log_next_sequence();
		TRY(type == SYSLOG_READ ? read_wait(arg_uaddr(a->a1), (u64)len, ret)
					: read_all(arg_uaddr(a->a1), (u64)len, ret));
		if (type == SYSLOG_READ_CLEAR)
			atomic_u64_store(&clear_mark, next);
		return OK;
	}
	case SYSLOG_CLEAR:
		atomic_u64_store(&clear_mark, log_next_sequence());
		return OK;
	case SYSLOG_CONSOLE_OFF:
	case SYSLOG_CONSOLE_ON:
	case SYSLOG_CONSOLE_LEVEL:
		return set_console(type, (u64)(u32)len);
	case SYSLOG_SIZE_UNREAD:
		return unread(ret);
	case SYSLOG_SIZE_BUFFER:
		*ret = RING_BYTES;
		return OK;
	default:
		return ERR_INVAL;
	}
}
