// SPDX-License-Identifier: MPL-2.0
/* kcov - /dev/kcov; see kcov.h. */
#include "device/kcov.h"

#include <osxtd/buf.h>
#include <osxtd/kcov.h>

#include "device/chrdev.h"
#include "vm/mm.h"

enum : u32 { KCOV_INIT_TRACE = 0x80086301, KCOV_ENABLE = 0x6364, KCOV_DISABLE = 0x6365 };

LOCK_CLASS(kcov_file, mutex);
struct kcov_file {
	struct file file;
	struct kcov_file_lock lock;
	struct kcov_ref kcov GUARDED(kcov_file);     /* empty until KCOV_INIT_TRACE */
	struct memobj_ref object GUARDED(kcov_file); /* its pages, for mmap */
};
SUBTYPE(kcov_file, file);
static void kcov_file_fini(struct kcov_file *f)
{
	GUARD(kcov_file, &f->lock);
	kcov_drop(&f->kcov);
	memobj_drop(&f->object);
}
OBJECT_SUBTYPE(kcov_file, file, kcov_file_fini);

static err_t init_trace(struct kcov_file *k, u64 words) HOLDS(kcov_file)
{
	if (!kcov_is_null(&k->kcov))
		return ERR_BUSY;
	SCOPED_REF(kcov, record);
	SCOPED_REF(memobj, object);
	TRY(kcov_new(words, &record));
	u64 pages = kcov_pages(kcov_get(&record));
	TRY(memobj_new(pages * PAGE_SIZE, nullptr, &object));
	for (u64 i = 0; i < pages; i++)
		TRY(memobj_insert(memobj_get(&object), i, kcov_page(kcov_get(&record), i)));
	k->kcov = kcov_move(&record);
	k->object = memobj_move(&object);
	return OK;
}

static err_t kcov_ioctl(struct file *f, struct thread *self, u32 cmd, u64 arg, i64 *ret)
{
	(void)self, (void)ret;
	struct kcov_file *k = kcov_file_of(f);
	GUARD(kcov_file, &k->lock);
	if (cmd == KCOV_INIT_TRACE)
		return init_trace(k, arg);
	if (cmd != KCOV_ENABLE && cmd != KCOV_DISABLE)
		return ERR_NOTTY;
	if (kcov_is_null(&k->kcov))
		return ERR_INVAL;
	if (cmd == KCOV_DISABLE)
		return arg == 0 ? kcov_stop(kcov_get(&k->kcov)) : ERR_INVAL;
	if (arg == KCOV_TRACE_PC)
		return kcov_start(kcov_get(&k->kcov), KCOV_TRACE_PC);
	if (arg == KCOV_TRACE_CMP)
		return kcov_start(kcov_get(&k->kcov), KCOV_TRACE_CMP);
	return ERR_INVAL;
}

static err_t kcov_mmap(struct file *f, struct map_request *req)
{
	struct kcov_file *k = kcov_file_of(f);
	GUARD(kcov_file, &k->lock);
	if (memobj_is_null(&k->object) || req->offset != 0 ||
	    req->len != memobj_size(memobj_get(&k->object)))
		return ERR_INVAL;
	req->object = memobj_clone(memobj_get(&k->object));
	return OK;
}

static err_t kcov_write(struct file *f, struct uio *from, u64 *pos, usize *n)
{
	(void)f, (void)pos;
	SCOPED_BUF(text);
	TRY(buf_alloc((usize)min_of(uio_left(from), (u64)KCOV_NOTE_MAX), &text));
	TRY(uio_get(from, buf_span(&text), n));
	kcov_note(span_const(buf_span(&text)));
	return OK;
}

static const struct file_ops kcov_ops = {
	.name = "kcov", .write = kcov_write, .ioctl = kcov_ioctl, .mmap = kcov_mmap
};

static err_t misc_open(u32 minor, u32 flags, struct file_ref *out)
{
	if (minor != KCOV_MINOR)
		return ERR_NXIO;
	TRY(kcov_file_alloc(out));
	file_init(file_get(out), &kcov_ops, file_mode_of_flags(flags), flags);
	return OK;
}
static const struct chrdev_ops misc_chrdev_ops = { .name = "misc", .open = misc_open };

err_t kcov_device_init(void)
{
	return chrdev_register(MISC_MAJOR, &misc_chrdev_ops);
}
