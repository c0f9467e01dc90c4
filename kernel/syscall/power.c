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
enum : usize { RING_BYTES = 131072 };

static struct atomic_u32 shared level_before; /* CONSOLE_OFF */

static u64 bytes_from(struct buf *scratch, u64 from)
{
	struct log_record record = {};
	struct str lines = {};
	u64 bytes = 0;
	for (; log_lines(from, buf_span(scratch), &record, &lines); from = record.sequence + 1)
		bytes += str_len(lines);
	return bytes;
}

/* The newest records that fit into the user's buffer, from the clear mark on. */
static err_t read_all(struct uaddr to, u64 size, i64 *ret)
{
	SCOPED_BUF(scratch);
	TRY(buf_alloc_uninit(LOG_SCRATCH_BYTES, &scratch));
	struct span room = buf_span(&scratch);
	struct log_record record = {};
	struct str lines = {};
	u64 from = log_clear_mark();
	u64 total = bytes_from(&scratch, from);
	while (total > size && log_lines(from, room, &record, &lines)) {
		total -= min_of((u64)str_len(lines), total);
		from = record.sequence + 1;
	}
	u64 done = 0;
	while (log_lines(from, room, &record, &lines) && done + str_len(lines) <= size) {
		TRY(user_write(uaddr_add(to, done), str_bytes(lines)));
		done += str_len(lines);
		from = record.sequence + 1;
	}
	*ret = (i64)done;
	return OK;
}

static err_t read_next(struct uaddr to, u64 size, i64 *ret)
{
	struct uio u = {};
	usize n = 0;
	TRY(uio_user(to, size, &u));
	TRY(log_reader_take(&u, true, &n));
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
	u64 bytes = 0;
	TRY(log_reader_unread(&bytes));
	*ret = (i64)bytes;
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
		TRY(type == SYSLOG_READ ? read_next(arg_uaddr(a->a1), (u64)len, ret)
					: read_all(arg_uaddr(a->a1), (u64)len, ret));
		if (type == SYSLOG_READ_CLEAR)
			log_clear_before(next);
		return OK;
	}
	case SYSLOG_CLEAR:
		log_clear_before(log_next_sequence());
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
