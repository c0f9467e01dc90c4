/* SPDX-License-Identifier: MPL-2.0 */
/* sysctl - the texts below /proc/sys.  Spec: proc_sys(5), random(4). */
#include <osxtd/log.h>
#include <osxtd/random.h>

#include "abi/uts.h"
#include "device/log_view.h"
#include "fs/procfs/show.h"
#include "vm/mm.h"

enum : u64 {
	ANY_NUMBER = 9223372036854775807u,
	MAX_MAPS = 65530,
	NR_OPEN = 131072,
	PIPE_SIZE_MAX = 1048576
};
enum : u64 {
	POOL_BITS = 256,
	MMAP_MIN = 65536,
	OVERFLOW_ID = 65534,
	RATIO = 50,
	OVERCOMMIT_ALWAYS = 1
};

struct str proc_first_line(struct str s)
{
	struct str head = str_until_nul(str_bytes(s));
	return str_sub(head, 0, str_find(head, '\n', 0));
}

static err_t put_number(struct text *t, u64 v)
{
	FMT(t, "{}\n", v);
	return OK;
}

/* The first number of text, at most max. */
static err_t take_number(struct str text, u64 max, u64 *out)
{
	return str_to_u64(proc_first_line(text), 10, out) && *out <= max ? OK : ERR_INVAL;
}

err_t proc_need_cap(enum cap cap)
{
	struct thread *self = proc_caller();
	return self == nullptr || cred_has_cap(thread_cred(self), cap) ? OK : ERR_PERM;
}

/* ---- kernel ---- */

err_t show_hostname(const struct proc_subject *s, struct text *t)
{
	(void)s;
	u8 name[64] = {};
	usize n = uts_hostname(span_of(name));
	FMT(t, "{}\n", str_of(span_const(span_sub(span_of(name), 0, n))));
	return OK;
}

err_t write_hostname(const struct proc_subject *s, struct str text)
{
	(void)s;
	TRY(proc_need_cap(CAP_SYS_ADMIN));
	return uts_set_hostname(proc_first_line(text));
}

err_t show_domainname(const struct proc_subject *s, struct text *t)
{
	(void)s;
	u8 name[64] = {};
	usize n = uts_domainname(span_of(name));
	FMT(t, "{}\n", str_of(span_const(span_sub(span_of(name), 0, n))));
	return OK;
}

err_t show_osrelease(const struct proc_subject *s, struct text *t)
{
	(void)s;
	text_put(t, STR(UTS_RELEASE "\n"));
	return OK;
}

err_t show_ostype(const struct proc_subject *s, struct text *t)
{
	(void)s;
	text_put(t, STR(UTS_SYSNAME "\n"));
	return OK;
}

err_t show_kversion(const struct proc_subject *s, struct text *t)
{
	(void)s;
	text_put(t, STR(UTS_VERSION "\n"));
	return OK;
}

err_t show_pid_max(const struct proc_subject *s, struct text *t)
{
	(void)s;
	return put_number(t, (u64)pid_max());
}

err_t write_pid_max(const struct proc_subject *s, struct str text)
{
	(void)s;
	u64 v = 0;
	TRY(proc_need_cap(CAP_SYS_ADMIN));
	if (!str_to_u64(proc_first_line(text), 10, &v) || v > (u64)PID_MAX_LIMIT)
		return ERR_INVAL;
	return pid_set_max((i32)v);
}

err_t show_threads_max(const struct proc_subject *s, struct text *t)
{
	(void)s;
	struct frame_stats f = {};
	frame_stats(&f);
	return put_number(t, min_of(f.total_pages / 8, (u64)PID_MAX_LIMIT));
}

err_t show_ngroups_max(const struct proc_subject *s, struct text *t)
{
	(void)s;
	return put_number(t, CRED_GROUPS_MAX);
}

err_t show_cap_last_cap(const struct proc_subject *s, struct text *t)
{
	(void)s;
	return put_number(t, CAP_LAST);
}

err_t show_overflow_id(const struct proc_subject *s, struct text *t)
{
	(void)s;
	return put_number(t, OVERFLOW_ID);
}

err_t show_aslr(const struct proc_subject *s, struct text *t)
{
	(void)s;
	return put_number(t, mm_aslr_level());
}

err_t write_aslr(const struct proc_subject *s, struct str text)
{
	(void)s;
	u64 level = 0;
	TRY(proc_need_cap(CAP_SYS_ADMIN));
	TRY(take_number(text, INT32_MAX, &level));
	mm_set_aslr_level((u32)level);
	return OK;
}

static struct atomic_u32 shared kptr_restrict;

err_t show_dmesg_restrict(const struct proc_subject *s, struct text *t)
{
	(void)s;
	return put_number(t, log_is_restricted());
}

err_t write_dmesg_restrict(const struct proc_subject *s, struct str text)
{
	(void)s;
	u64 v = 0;
	TRY(proc_need_cap(CAP_SYS_ADMIN));
	TRY(take_number(text, 1, &v));
	log_set_restricted(v != 0);
	return OK;
}

/* No file shows an address of the kernel, whatever stands here. */
err_t show_kptr_restrict(const struct proc_subject *s, struct text *t)
{
	(void)s;
	return put_number(t, atomic_u32_load(&kptr_restrict));
}

err_t write_kptr_restrict(const struct proc_subject *s, struct str text)
{
	(void)s;
	u64 v = 0;
	TRY(proc_need_cap(CAP_SYS_ADMIN));
	TRY(take_number(text, 2, &v));
	atomic_u32_store(&kptr_restrict, (u32)v);
	return OK;
}

/* Console level, default level of messages, least and default console level. */
err_t show_printk(const struct proc_subject *s, struct text *t)
{
	(void)s;
	FMT(t, "{}\t{}\t1\t7\n", log_console_level(), (u32)LOG_WARNING);
	return OK;
}

err_t write_printk(const struct proc_subject *s, struct str text)
{
	(void)s;
	u64 level = 0;
	TRY(proc_need_cap(CAP_SYSLOG));
	struct str line = proc_first_line(text);
	usize end = min_of(str_find(line, ' ', 0), str_find(line, '\t', 0));
	if (!str_to_u64(str_sub(line, 0, end), 10, &level) || level > 15)
		return ERR_INVAL;
	log_set_console_level((u32)level);
	return OK;
}

/* ---- kernel/random ---- */

static void put_uuid(struct text *t, struct cspan id)
{
	for (usize i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			text_put_char(t, '-');
		FMT(t, "{02x}", cspan_get(id, i));
	}
	text_put_char(t, '\n');
}

/* RFC 9562, version 4. */
static void make_uuid(struct span id)
{
	random_fill(id);
	span_set(id, 6, (span_get(id, 6) & 0x0f) | 0x40);
	span_set(id, 8, (span_get(id, 8) & 0x3f) | 0x80);
}

err_t show_uuid(const struct proc_subject *s, struct text *t)
{
	(void)s;
	u8 id[16] = {};
	make_uuid(span_of(id));
	put_uuid(t, cspan_of(id));
	return OK;
}

LOCK_CLASS(boot_id, spin);
struct boot_id {
	struct boot_id_lock lock;
	bool is_made GUARDED(boot_id);
	u8 id[16] GUARDED(boot_id);
};
static struct boot_id shared boot_id;

err_t show_boot_id(const struct proc_subject *s, struct text *t)
{
	(void)s;
	u8 fresh[16] = {}, id[16] = {};
	make_uuid(span_of(fresh));
	{
		GUARD(boot_id, &boot_id.lock);
		if (!boot_id.is_made)
			span_copy(span_of(boot_id.id), cspan_of(fresh));
		boot_id.is_made = true;
		span_copy(span_of(id), cspan_of(boot_id.id));
	}
	put_uuid(t, cspan_of(id));
	return OK;
}

err_t show_entropy_avail(const struct proc_subject *s, struct text *t)
{
	(void)s;
	return put_number(t, POOL_BITS);
}

err_t show_poolsize(const struct proc_subject *s, struct text *t)
{
	(void)s;
	return put_number(t, POOL_BITS);
}

/* ---- vm, fs ---- */

err_t show_zero(const struct proc_subject *s, struct text *t)
{
	(void)s;
	return put_number(t, 0);
}

/* Memory is promised without being counted. */
err_t show_overcommit(const struct proc_subject *s, struct text *t)
{
	(void)s;
	return put_number(t, OVERCOMMIT_ALWAYS);
}

err_t show_overcommit_ratio(const struct proc_subject *s, struct text *t)
{
	(void)s;
	return put_number(t, RATIO);
}

err_t show_max_map_count(const struct proc_subject *s, struct text *t)
{
	(void)s;
	return put_number(t, MAX_MAPS);
}

err_t show_mmap_min_addr(const struct proc_subject *s, struct text *t)
{
	(void)s;
	return put_number(t, MMAP_MIN);
}

err_t show_file_max(const struct proc_subject *s, struct text *t)
{
	(void)s;
	return put_number(t, ANY_NUMBER);
}

/* Open files are not counted. */
err_t show_file_nr(const struct proc_subject *s, struct text *t)
{
	(void)s;
	FMT(t, "0\t0\t{}\n", (u64)ANY_NUMBER);
	return OK;
}

err_t show_nr_open(const struct proc_subject *s, struct text *t)
{
	(void)s;
	return put_number(t, NR_OPEN);
}

err_t show_pipe_max_size(const struct proc_subject *s, struct text *t)
{
	(void)s;
	return put_number(t, PIPE_SIZE_MAX);
}
