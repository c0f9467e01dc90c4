/* SPDX-License-Identifier: MPL-2.0 */
/* mem - the devices of major 1; see mem.h. */
#include "device/mem.h"

#include <osxtd/random.h>
#include <osxtd/task.h>

#include "device/chrdev.h"
#include "device/kmsg.h"
#include "fs/file.h"
#include "vm/mm.h"

enum : usize { RANDOM_PIECE = 256, ZERO_PIECE = 1 << 20 };
enum : u32 { RNDGETENTCNT = 0x80045200 };
enum : i32 { POOL_BITS = 256 };

struct mem_file {
	struct file file;
};
SUBTYPE(mem_file, file);
static void mem_file_fini(struct mem_file *f)
{
	(void)f;
}
OBJECT_SUBTYPE(mem_file, file, mem_file_fini);

/* Long transfers end early when the task is wanted elsewhere: what was moved counts. */
static bool is_wanted(void)
{
	return task_pause(WAIT_SIGNAL);
}

static err_t null_read(struct file *f, struct uio *to, u64 *pos, usize *n)
{
	(void)f, (void)to, (void)pos;
	*n = 0;
	return OK;
}

static err_t null_write(struct file *f, struct uio *from, u64 *pos, usize *n)
{
	(void)f, (void)pos;
	*n = uio_left(from);
	return OK;
}

static err_t zero_read(struct file *f, struct uio *to, u64 *pos, usize *n)
{
	(void)f, (void)pos;
	for (;;) {
		usize moved = 0;
		err_t err = uio_put_zero(to, ZERO_PIECE, &moved);
		*n += moved;
		if (err != OK || uio_left(to) == 0)
			return err;
		if (is_wanted())
			return ERR_RESTART;
	}
}

static err_t full_write(struct file *f, struct uio *from, u64 *pos, usize *n)
{
	(void)f, (void)from, (void)pos, (void)n;
	return ERR_NOSPC;
}

/* The position of these devices is always 0. */
static err_t null_seek(struct file *f, i64 off, u32 whence, u64 *pos)
{
	(void)f, (void)off, (void)whence;
	*pos = 0;
	return OK;
}

/* An answer without an object is fresh memory, private or shared as the call wants. */
static err_t zero_mmap(struct file *f, struct map_request *req)
{
	(void)f, (void)req;
	return OK;
}

static err_t random_read(struct file *f, struct uio *to, u64 *pos, usize *n)
{
	(void)f, (void)pos;
	while (uio_left(to) != 0) {
		u8 piece[RANDOM_PIECE] = {};
		usize moved = 0;
		struct span part = span_sub(span_of(piece), 0,
					    (usize)min_of(uio_left(to), (u64)RANDOM_PIECE));
		random_fill(part);
		err_t err = uio_put(to, span_const(part), &moved);
		span_fill(part, 0);
		*n += moved;
		TRY(err);
		/* As much as one page is never cut short (random(4): 256 bytes). */
		if (*n % PAGE_SIZE == 0 && uio_left(to) != 0 && is_wanted())
			return ERR_RESTART;
	}
	return OK;
}

static err_t random_write(struct file *f, struct uio *from, u64 *pos, usize *n)
{
	(void)f, (void)pos;
	while (uio_left(from) != 0) {
		u8 piece[RANDOM_PIECE] = {};
		usize moved = 0;
		err_t err = uio_get(from, span_of(piece), &moved);
		random_mix(span_const(span_sub(span_of(piece), 0, moved)));
		*n += moved;
		TRY(err);
		if (*n % PAGE_SIZE == 0 && uio_left(from) != 0 && is_wanted())
			return ERR_RESTART;
	}
	return OK;
}

static err_t random_seek(struct file *f, i64 off, u32 whence, u64 *pos)
{
	(void)f, (void)off, (void)whence, (void)pos;
	return OK;
}

static err_t random_ioctl(struct file *f, struct thread *self, u32 cmd, u64 arg, i64 *ret)
{
	(void)f, (void)self, (void)ret;
	return cmd == RNDGETENTCNT ? user_write_u32(uaddr_of(arg), POOL_BITS) : ERR_INVAL;
}

static const struct file_ops null_ops = {
	.name = "null", .read = null_read, .write = null_write, .seek = null_seek
};
static const struct file_ops zero_ops = {
	.name = "zero", .read = zero_read, .write = null_write, .seek = null_seek, .mmap = zero_mmap
};
static const struct file_ops full_ops = {
	.name = "full", .read = zero_read, .write = full_write, .seek = null_seek
};
static const struct file_ops random_ops = { .name = "random",
					    .read = random_read,
					    .write = random_write,
					    .seek = random_seek,
					    .ioctl = random_ioctl };

static err_t mem_open(u32 minor, u32 flags, struct file_ref *out)
{
	const struct file_ops *ops = nullptr;
	switch (minor) {
	case MEM_NULL:
		ops = &null_ops;
		break;
	case MEM_ZERO:
		ops = &zero_ops;
		break;
	case MEM_FULL:
		ops = &full_ops;
		break;
	case MEM_RANDOM:
	case MEM_URANDOM:
		ops = &random_ops;
		break;
	case MEM_KMSG:
		return kmsg_open(flags, out);
	default:
		return ERR_NXIO;
	}
	TRY(mem_file_alloc(out));
	file_init(file_get(out), ops, file_mode_of_flags(flags) | FILE_SEEK, flags);
	return OK;
}
static err_t mem_may_open(u32 minor, u32 flags, const struct cred *cred)
{
	return minor == MEM_KMSG ? kmsg_may_open(flags, cred) : OK;
}
static const struct chrdev_ops mem_chrdev_ops = { .name = "mem",
						  .open = mem_open,
						  .may_open = mem_may_open };

err_t mem_devices_init(void)
{
	return chrdev_register(MEM_MAJOR, &mem_chrdev_ops);
}
