/* SPDX-License-Identifier: MPL-2.0 */
/* tty_file - open terminals: the file subtype, /dev/tty, /dev/console, /dev/ttyS0; and the making
 * of a tty. */
#include <osxtd/console.h>

#include "abi/fcntl.h"
#include "device/chrdev.h"
#include "device/tty.h"
#include "fs/file.h"

enum : u32 {
	TTY_MAJOR = 4,
	TTY_SERIAL_MINOR = 64,
	TTYAUX_MAJOR = 5,
	TTYAUX_TTY = 0,
	TTYAUX_CONSOLE = 1
};

static void tty_fini(struct tty *t)
{
	(void)t;
}
OBJECT_TYPE(tty, tty_fini);

err_t tty_new(const struct tty_driver *driver, u32 device, struct tty_ref *out)
{
	TRY(tty_alloc(out));
	struct tty *t = tty_get(out);
	t->driver = driver;
	t->device = device;
	GUARD(tty, &t->lock);
	t->modes = (struct abi_termios2){
		.t = { .c_iflag = ICRNL | IXON,
		       .c_oflag = OPOST | ONLCR,
		       .c_cflag = B9600 | CS8 | CREAD | HUPCL | CLOCAL,
		       .c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
		       .c_cc = { [VINTR] = 3,
				 [VQUIT] = 28,
				 [VERASE] = 127,
				 [VKILL] = 21,
				 [VEOF] = 4,
				 [VMIN] = 1,
				 [VSTART] = 17,
				 [VSTOP] = 19,
				 [VSUSP] = 26,
				 [VREPRINT] = 18,
				 [VDISCARD] = 15,
				 [VWERASE] = 23,
				 [VLNEXT] = 22 } },
		/* What Linux's serial console starts with; terminfo's padding goes by it. */
		.c_ispeed = 9600,
		.c_ospeed = 9600,
	};
	return OK;
}

/* ---- open files ---- */

struct tty_file {
	struct file file;
	struct tty_ref tty IMMUTABLE;
};
static void tty_file_fini(struct tty_file *f)
{
	tty_drop(&f->tty);
}
SUBTYPE(tty_file, file);
OBJECT_SUBTYPE(tty_file, file, tty_file_fini);

static struct tty *tty_of(struct file *f)
{
	return tty_get(&tty_file_of(f)->tty);
}

static err_t file_tty_read(struct file *f, struct uio *to, u64 *pos, usize *n)
{
	(void)pos;
	return tty_read(tty_of(f), to, file_is_nonblocking(f), n);
}

static err_t file_tty_write(struct file *f, struct uio *from, u64 *pos, usize *n)
{
	(void)pos;
	return tty_write(tty_of(f), from, file_is_nonblocking(f), n);
}

static u32 file_tty_poll(struct file *f, struct poll_table *pt)
{
	struct tty *t = tty_of(f);
	poll_join(pt, &t->readers);
	poll_join(pt, &t->writers);
	GUARD(tty, &t->lock);
	u32 ready = t->stopped ? 0 : POLLOUT | POLLWRNORM;
	return ready | (tty_input_ready(t) ? POLLIN | POLLRDNORM : 0);
}

static err_t file_tty_ioctl(struct file *f, struct thread *self, u32 cmd, u64 arg, i64 *ret)
{
	return tty_ioctl(tty_of(f), self, cmd, arg, ret);
}

static const struct file_ops tty_file_ops = {
	.name = "tty",
	.read = file_tty_read,
	.write = file_tty_write,
	.poll = file_tty_poll,
	.ioctl = file_tty_ioctl,
};

static err_t open_tty(struct tty_ref tty, u32 flags, struct file_ref *out)
{
	SCOPED_REF(tty, t);
	t = tty_move(&tty);
	bool exclusive = false;
	{
		GUARD(tty, &tty_get(&t)->lock);
		exclusive = tty_get(&t)->exclusive;
	}
	if (exclusive)
		return ERR_BUSY;
	TRY(tty_file_alloc(out));
	file_init(file_get(out), &tty_file_ops, file_mode_of_flags(flags), flags);
	tty_file_of(file_get(out))->tty = tty_move(&t);
	return OK;
}

/* ---- the serial console ---- */

static struct tty_ref shared console IMMUTABLE OWNER(boot);

struct tty *tty_console(void)
{
	return tty_get(&console);
}

static void console_driver_write(struct tty *t, struct cspan bytes)
{
	(void)t;
	console_write(bytes);
}
static const struct tty_driver console_driver = { console_driver_write };

static void console_input(struct cspan bytes)
{
	tty_receive(tty_get(&console), bytes);
}

static err_t open_serial(u32 minor, u32 flags, struct file_ref *out)
{
	if (minor != TTY_SERIAL_MINOR)
		return ERR_NXIO;
	TRY(open_tty(tty_clone(tty_get(&console)), flags, out));
	if ((flags & O_NOCTTY) == 0)
		tty_acquire_on_open(tty_get(&console));
	return OK;
}

/* /dev/tty is the caller's controlling terminal; /dev/console never becomes one by being opened. */
static err_t open_aux(u32 minor, u32 flags, struct file_ref *out)
{
	if (minor == TTYAUX_CONSOLE)
		return open_tty(tty_clone(tty_get(&console)), flags, out);
	if (minor != TTYAUX_TTY)
		return ERR_NXIO;
	struct thread *self = tty_host()->caller();
	SCOPED_REF(tty, mine);
	if (self == nullptr || !tty_host()->get_tty(self, &mine))
		return ERR_NXIO;
	return open_tty(tty_move(&mine), flags, out);
}

static const struct chrdev_ops serial_ops = { .name = "ttyS", .open = open_serial };
static const struct chrdev_ops aux_ops = { .name = "console", .open = open_aux };

err_t tty_console_init(void)
{
	TRY(tty_new(&console_driver, dev_make(TTY_MAJOR, TTY_SERIAL_MINOR), &console));
	TRY(chrdev_register(TTY_MAJOR, &serial_ops));
	TRY(chrdev_register(TTYAUX_MAJOR, &aux_ops));
	console_on_input(console_input);
	return OK;
}
