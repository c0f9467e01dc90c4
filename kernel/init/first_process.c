/* SPDX-License-Identifier: MPL-2.0 */
/*
 * first_process - see first_process.h.
 *
 * As on Linux: /init of the archive (or rdinit=) first; without it init=, which must work when it
 * is given; then /sbin/init, /etc/init, /bin/init, /bin/sh.
 */
#include "init/first_process.h"

#include <osxtd/log.h>
#include <osxtd/oops.h>

#include "fs/fdtable.h"
#include "fs/kernel_file.h"
#include "process/exec.h"
#include "process/process.h"

static const struct command_line *shared line OWNER(boot);

static err_t try_program(struct thread *self, struct str path)
{
	struct exec_strings argv CLEANUP(exec_strings_fini) = {};
	struct exec_strings envp CLEANUP(exec_strings_fini) = {};
	TRY(exec_strings_add(&argv, str_bytes(path)));
	for (u32 i = 0; i < line->arguments.count; i++)
		TRY(exec_strings_add(&argv, str_bytes(array_at(line->arguments.at, i))));
	TRY(exec_strings_add(&envp, str_bytes(STR("HOME=/"))));
	TRY(exec_strings_add(&envp, str_bytes(STR("TERM=linux"))));
	for (u32 i = 0; i < line->environment.count; i++)
		TRY(exec_strings_add(&envp, str_bytes(array_at(line->environment.at, i))));
	return exec_program(self, path, &argv, &envp);
}

/* True when the program runs.  A program that is there but cannot be run is worth a line. */
static bool run(struct thread *self, struct str path)
{
	err_t err = try_program(self, path);
	if (err == OK) {
		LOG(INFO, "Run {} as init process", path);
		return true;
	}
	if (err != ERR_NOENT)
		LOG(ERR, "Starting init: {} exists but couldn't execute it (error {})", path, err);
	return false;
}

static void start_first(struct thread *self)
{
	static const struct str defaults[] = { STR("/sbin/init"), STR("/etc/init"),
					       STR("/bin/init"), STR("/bin/sh") };
	if (run(self, str_len(line->rdinit) != 0 ? line->rdinit : STR("/init")))
		return;
	if (str_len(line->init) != 0) {
		if (run(self, line->init))
			return;
		system_panic(STR("the program that init= names cannot be run"));
	}
	for (u32 i = 0; i < array_len(defaults); i++) {
		if (run(self, array_at(defaults, i)))
			return;
	}
	system_panic(STR("no working init found; try init= on the kernel command line"));
}

static const struct init_ops ops = { .start = start_first };

/* Descriptors 0, 1 and 2 on /dev/console; without it init starts with none. */
static err_t open_console(struct fs_ctx *fs, const struct cred *cred, struct fdtable *files)
{
	SCOPED_REF(file, console);
	err_t err = kernel_open(fs, cred, STR("/dev/console"), O_RDWR, 0, &console);
	if (err != OK) {
		LOG(WARNING, "unable to open an initial console (error {})", err);
		return OK;
	}
	for (u32 i = 0; i < 3; i++) {
		i32 fd = 0;
		SCOPED_REF(file, copy);
		copy = file_clone(file_get(&console));
		TRY(fd_install(files, FD_MAX, 0, &copy, &fd));
	}
	return OK;
}

err_t first_process_start(const struct command_line *command_line, const struct cred *cred,
			  struct fs_ctx_ref fs_arg)
{
	SCOPED_REF(fs_ctx, fs);
	fs = fs_ctx_move(&fs_arg);
	SCOPED_REF(fdtable, files);
	line = command_line;
	TRY(fdtable_new(&files));
	TRY(open_console(fs_ctx_get(&fs), cred, fdtable_get(&files)));
	return process_start_init(&ops, fdtable_move(&files), fs_ctx_move(&fs));
}
